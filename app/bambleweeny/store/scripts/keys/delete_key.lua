-- Deletes a key and its metadata, and notifies clients.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] name (string): the key
-- Output: 1, or 0 if the key does not exist
--- @include "lib/tenant"
--- @include "lib/notify"
local name = ARGV[2]
local was_there = redis.call('UNLINK', its_key(name))
redis.call('ZREM', its_keys, name)
if redis.call('UNLINK', its_meta(name)) == 1 or was_there == 0 then
  redis.call('ZREM', its_expiring, name)
end
if was_there == 1 then
  notify('key.del', name)
end
return was_there
