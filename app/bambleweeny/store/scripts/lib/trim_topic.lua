-- Removes messages of topics beyond their bounds.
--- @include "lib/tenant"
--- @include "lib/quota"

-- Removes the oldest messages of a topic: up to 10,000 while it has more than `most` messages or
-- `most_bytes` bytes, so that it reaches a lowered bound in steps, and up to 100 that are older
-- than `age` ms. The newest message stays.
local function trim_topic(name, most, age, most_bytes)
  local topic, horizon, dropped, freed = its_topic(name), now_in_ms() - age, 0, 0
  local length = redis.call('XLEN', topic)
  local bytes = tonumber(redis.call('HGET', its_topic_bytes, name))

  local function is_to_go(id)
    if length - dropped > most or bytes - freed > most_bytes then
      return length - dropped > 1 and dropped < 10000
    end
    return length - dropped > 1 and dropped < 100 and tonumber(string.match(id, '^%d+')) < horizon
  end

  local step = 1
  repeat
    local ids = {}
    for _, message in ipairs(redis.call('XRANGE', topic, '-', '+', 'COUNT', step)) do
      local id, fields = unpack(message)
      if not is_to_go(id) then
        break
      end
      dropped, freed = dropped + 1, freed + #fields[2] + #(fields[4] or '')
      ids[#ids + 1] = id
    end
    if #ids > 0 then
      redis.call('XDEL', topic, unpack(ids))
    end
    local is_done = #ids < step
    step = math.min(2 * step, 64)
  until is_done
  if freed > 0 then
    redis.call('HINCRBY', its_topic_bytes, name, 0 - freed)
  end
end
