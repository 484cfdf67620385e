-- Migrates a list's counters, which were separate fields of its record in layout 1.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] name (string): the list
-- Output: 1, or 0 if the counters were migrated before
--- @include "lib/tenant"
--- @include "lib/list_counters"
local name = ARGV[2]
local record = its_list(name)
local bytes, total_in, total_out, last_id, needs_slow_path = unpack(
  redis.call('HMGET', record, 'bytes', 'in', 'out', 'last', 'careful')
)
if not bytes then
  return 0
end
local newest = redis.call('LINDEX', its_ready(name), -1)
last_id = last_id or newest and struct.unpack('>I8', newest)
-- NOTE: a full engine refuses a first write that adds; this one removes first.
redis.call('HDEL', record, 'bytes', 'in', 'out', 'last', 'careful')
redis.call('HSET', record, 'numbers', struct.pack(
  counters_format, needs_slow_path and 1 or 0, tonumber(bytes), tonumber(total_in or 0),
  tonumber(total_out or 0), tonumber(last_id or 0)
))
return 1
