-- Migrates a list's counters, which were fields of their own in layout 1.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] name (string): the list
-- Output: 1, or 0 if they are migrated already
--- @include "lib/tenant"
--- @include "lib/list_counters"
local name = ARGV[2]
local record = its_list(name)
local bytes, came, went, last, careful = unpack(
  redis.call('HMGET', record, 'bytes', 'in', 'out', 'last', 'careful')
)
if not bytes then
  return 0
end
local newest = redis.call('LINDEX', its_ready(name), -1)
last = last or newest and struct.unpack('>I8', newest)
-- NOTE: a full engine refuses a first write that adds; this one removes first.
redis.call('HDEL', record, 'bytes', 'in', 'out', 'last', 'careful')
redis.call('HSET', record, 'numbers', struct.pack(
  of_numbers, careful and 1 or 0, tonumber(bytes), tonumber(came or 0), tonumber(went or 0),
  tonumber(last or 0)
))
return 1
