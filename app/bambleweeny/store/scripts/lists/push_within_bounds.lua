-- Adds items at the end of a list, all or none. A new list is created only within the quota.
-- Each item gets an id of 8 bytes: the time in microseconds, made unique.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] name (string): the list
--   ARGV[3] max_items (integer): the most items of a list
--   ARGV[4] max_bytes (bytes): the most bytes of a list
--   ARGV[5] bin (string): the public id of the plain bin that pushes, or ''
--   ARGV[6] packed_options (JSON): or ''; see `push_slow_path`
--   ARGV[7..] body (bytes): for each item
-- Output: the id of the first item; in an array if an earlier push had the same idempotency key;
--   -1 if the bin has a document
-- Errors: not_found, list_full, quota_exceeded, max_bytes_exceeded, store_full, too_much_at_once
--- @include "lib/tenant"
--- @include "lib/notify"
--- @include "lib/journal"
--- @include "lib/list_counters"
--- @lazy "lib/quota" quota_reached
--- @lazy "lib/quota" refusal_of_growth
--- @lazy "lists/push_slow_path"
local name, max_items, max_bytes = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local bin, packed_options = ARGV[5], ARGV[6]
local ready, record = its_ready(name), its_list(name)
if bin ~= '' and not redis.call('ZSCORE', its_bins, bin) then
  return redis.error_reply('B9Y not_found')
end
if bin ~= '' and redis.call('EXISTS', its_document(bin)) == 1 then
  return -1
end
local counters = redis.call('HGET', record, 'numbers')
local needs_slow_path, bytes, total_in, total_out, last_id = 0, 0, 0, 0, 0
if counters then
  needs_slow_path, bytes, total_in, total_out, last_id = struct.unpack(counters_format, counters)
end
if needs_slow_path == 1 or packed_options ~= '' then
  return push_slow_path(ARGV)
end
local count, added_bytes = #ARGV - 6, 0
for index = 7, #ARGV do
  added_bytes = added_bytes + #ARGV[index]
end
local length = redis.call('LLEN', ready)
if length + count > max_items or bytes + added_bytes > max_bytes then
  return redis.error_reply('B9Y list_full')
end
if count == 0 then
  return 0
end
if length == 0 and quota_reached() then
  return redis.error_reply('B9Y quota_exceeded')
end
local growth = added_bytes + 64 * count + (length == 0 and #name + 64 or 0)
local left = redis.call('HINCRBY', user, 'room', 0 - growth)
if left < 0 or left % 1048576 + growth >= 1048576 then
  local refused = refusal_of_growth(growth, left)
  if refused then
    return refused
  end
end
if length == 0 then
  redis.call('ZADD', its_lists, 0, name)
end
local now = redis.call('TIME')
local id = math.max(now[1] * 1000000 + now[2], last_id + 1)
counters = struct.pack(
  counters_format, 0, bytes + added_bytes, total_in + count, total_out, id + count - 1
)
redis.call('HSET', record, 'numbers', counters)
if journal then
  journal[#journal + 1] = function() redis.call('RPOP', ready, count) end
end
redis.call('RPUSH', ready, struct.pack('>I8', id) .. ARGV[7])
-- NOTE: an engine's user may lack the right to publish; then waiting clients time out.
redis.pcall('PUBLISH', its_pushed(name), '')
if count > 1 then
  for start = 8, #ARGV, 500 do
    local items = {}
    for index = start, math.min(start + 499, #ARGV) do
      items[#items + 1] = struct.pack('>I8', id + index - 7) .. ARGV[index]
    end
    redis.call('RPUSH', ready, unpack(items))
  end
  -- NOTE: a process has at most 1,000 long polls.
  for _ = 2, math.min(count, 1000) do
    redis.pcall('PUBLISH', its_pushed(name), '')
  end
end
notify('list.push', name)
if bin ~= '' and watched then
  notify_followers('bin.call', bin)
end
return id
