-- Writes a key's value and removes its TTL and content type. A new key is created only within the
-- quota.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] name (string): the key
--   ARGV[3] value (bytes)
-- Output: OK
-- Errors: quota_exceeded
-- NOTE: the index may lack a key that was about to expire, and may still have the expiry of an
-- expired key.
--- @include "lib/tenant"
--- @include "lib/notify"
--- @lazy "lib/quota" quota_reached
local name, value = ARGV[2], ARGV[3]
if redis.call('SET', its_key(name), value, 'XX') then
  if redis.call('DEL', its_meta(name)) == 1 then
    redis.call('ZREM', its_key_expiries, name)
    redis.call('ZADD', its_keys, 0, name)
  end
  notify('key.set', name)
  return redis.status_reply('OK')
end
if quota_reached() then
  return redis.error_reply('B9Y quota_exceeded')
end
redis.call('ZREM', its_key_expiries, name)
redis.call('ZADD', its_keys, 0, name)
redis.call('SET', its_key(name), value)
notify('key.set', name)
return redis.status_reply('OK')
