-- Removes the oldest ready item and returns its body. Deletes the list if it is empty then.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] name (string): the list
--   ARGV[3] max_items (integer): the most items of a list
--   ARGV[4] max_bytes (bytes): the most bytes of a list
-- Output: the body; without a ready item the time in ms until an item of the list is due, or nil
--- @include "lib/tenant"
--- @include "lib/journal"
--- @include "lib/list_counters"
--- @lazy "lists/pop_slow_path"
--- @lazy "lib/notify" notify_followers
local name = ARGV[2]
local ready, record = its_ready(name), its_list(name)
local counters = redis.call('HGET', record, 'numbers')
if not counters then
  return false
end
local needs_slow_path, bytes, total_in, total_out, last_id = struct.unpack(
  counters_format, counters
)
if needs_slow_path == 1 then
  return pop_slow_path(ARGV)
end
local item = redis.call('LPOP', ready)
if string.byte(item) > 127 then
  redis.call('LPUSH', ready, item)
  return pop_slow_path(ARGV)
end
if journal then
  journal[#journal + 1] = function() redis.call('LPUSH', ready, item) end
end
local body = string.sub(item, 9)
local freed = #body + 64
bytes = bytes - #body
if bytes == 0 and redis.call('EXISTS', ready) == 0 then
  freed = freed + #name + 64
  redis.call('ZREM', its_lists, name)
  redis.call('DEL', record)
else
  redis.call('HSET', record, 'numbers', struct.pack(
    counters_format, 0, bytes, total_in, total_out + 1, last_id
  ))
end
redis.call('HINCRBY', user, 'room', freed)
if watched then
  notify_followers('list.pop', name)
end
return body
