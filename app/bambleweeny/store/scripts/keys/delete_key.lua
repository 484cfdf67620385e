-- Deletes a key and its metadata, and notifies clients.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] name (string): the key
-- Output: 1, or 0 if the key does not exist
--- @include "lib/tenant"
--- @include "lib/notify"
--- @lazy "lib/quota" take_expired_bytes
local name = ARGV[2]
local length = redis.call('STRLEN', its_key(name))
local existed = redis.call('UNLINK', its_key(name))
local freed = existed == 1 and #name + length + 64 or 0
redis.call('ZREM', its_keys, name)
redis.call('UNLINK', its_meta(name))
if redis.call('ZREM', its_key_expiries, name) == 1 then
  local bytes = take_expired_bytes(name, existed == 1)
  freed = existed == 1 and freed or bytes
end
if freed > 0 then
  redis.call('HINCRBY', user, 'room', freed)
end
if existed == 1 then
  notify('key.del', name)
end
return existed
