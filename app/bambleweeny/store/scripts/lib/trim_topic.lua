-- Removes messages of topics beyond their bounds.
--- @include "lib/tenant"
--- @include "lib/quota"
--- @include "lib/dropped_messages"

-- Removes the oldest messages of a topic: up to 10,000 while it has more than `max_messages`
-- messages or `max_bytes` bytes, so that it reaches a lowered bound in steps; and up to 100 that
-- are older than `max_age` ms. The newest message is never removed.
local function trim_topic(name, max_messages, max_age, max_bytes)
  local topic, oldest_ms, dropped, freed = its_topic(name), now_in_ms() - max_age, 0, 0
  local last
  local length = redis.call('XLEN', topic)
  local bytes = tonumber(redis.call('HGET', its_topic_bytes, name))

  local function is_to_delete(id)
    if length - dropped > max_messages or bytes - freed > max_bytes then
      return length - dropped > 1 and dropped < 10000
    end
    return length - dropped > 1 and dropped < 100 and tonumber(string.match(id, '^%d+')) < oldest_ms
  end

  local step = 1
  repeat
    local ids = {}
    for _, message in ipairs(redis.call('XRANGE', topic, '-', '+', 'COUNT', step)) do
      local id, fields = unpack(message)
      if not is_to_delete(id) then
        break
      end
      dropped, freed = dropped + 1, freed + #fields[2] + #(fields[4] or '')
      ids[#ids + 1], last = id, id
    end
    if #ids > 0 then
      redis.call('XDEL', topic, unpack(ids))
    end
    local is_done = #ids < step
    step = math.min(2 * step, 64)
  until is_done
  if last then
    redis.call('HINCRBY', its_topic_bytes, name, 0 - freed)
    redis.call('HSET', its_topic_bytes, field_of_dropped(name), last)
  end
end
