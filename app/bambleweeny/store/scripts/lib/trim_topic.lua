-- Removes messages of topics beyond their bounds.
--- @include "lib/tenant"
--- @include "lib/quota"
--- @include "lib/dropped_messages"

-- Returns the ids of the oldest messages of a topic that are to be removed once it has `added` more
-- messages of `added_bytes` bytes, and their bytes: up to 10,000 while it has more than
-- `max_messages` messages or `max_bytes` bytes, so that it reaches a lowered bound in steps; and up
-- to 100 that are older than `max_age` ms. The newest message is never among them.
local function beyond_bounds(name, added, added_bytes, max_messages, max_age, max_bytes)
  local oldest_ms, ids, freed = now_in_ms() - max_age, {}, 0
  local length = redis.call('XLEN', its_topic(name)) + added
  local bytes = tonumber(redis.call('HGET', its_topic_bytes, name) or 0) + added_bytes

  local function is_to_delete(id)
    if length - #ids > max_messages or bytes - freed > max_bytes then
      return length - #ids > 1 and #ids < 10000
    end
    return length - #ids > 1 and #ids < 100 and tonumber(string.match(id, '^%d+')) < oldest_ms
  end

  local step, begin = 1, '-'
  repeat
    local found = #ids
    for _, message in ipairs(redis.call('XRANGE', its_topic(name), begin, '+', 'COUNT', step)) do
      local id, fields = unpack(message)
      if not is_to_delete(id) then
        break
      end
      freed = freed + #fields[2] + #(fields[4] or '')
      ids[#ids + 1], begin = id, '(' .. id
    end
    local is_done = #ids - found < step
    step = math.min(2 * step, 64)
  until is_done
  return ids, freed
end

-- Removes messages that `beyond_bounds` has found. Does not count their bytes as free.
local function remove_messages(name, ids, freed)
  if #ids == 0 then
    return
  end
  for start = 1, #ids, 1000 do
    redis.call('XDEL', its_topic(name), unpack(ids, start, math.min(start + 999, #ids)))
  end
  redis.call('HINCRBY', its_topic_bytes, name, 0 - freed)
  redis.call('HSET', its_topic_bytes, field_of_dropped(name), ids[#ids])
end

-- Removes the messages of a topic beyond its bounds.
local function trim_topic(name, max_messages, max_age, max_bytes)
  local ids, freed = beyond_bounds(name, 0, 0, max_messages, max_age, max_bytes)
  remove_messages(name, ids, freed)
  free_bytes(freed + 64 * #ids)
end
