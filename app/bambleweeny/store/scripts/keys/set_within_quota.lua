-- Writes a key's value and removes its TTL and content type. A new key is created only within the
-- quota.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] name (string): the key
--   ARGV[3] value (bytes)
-- Output: OK
-- Errors: quota_exceeded, max_bytes_exceeded, store_full
-- NOTE: the index may lack a key that was about to expire, and may still have the expiry of an
-- expired key.
--- @include "lib/tenant"
--- @lazy "lib/notify" notify
--- @lazy "lib/quota" refusal_of_growth
--- @lazy "lib/quota" refusal_of_key
local name, value = ARGV[2], ARGV[3]
local key = its_key(name)
local length = redis.call('STRLEN', key)
local exists = length > 0 or redis.call('EXISTS', key) == 1
local growth = exists and #value - length or #name + #value + 64
-- NOTE: a full engine refuses this write, or the one of an equally long value; so they come first.
local left = growth ~= 0 and redis.call('HINCRBY', user, 'room', 0 - growth)
if growth > 0 and (left < 0 or left % 1048576 + growth >= 1048576) then
  local refused = refusal_of_growth(growth, left)
  if refused then
    return refused
  end
end
if exists then
  redis.call('SET', key, value)
  if redis.call('DEL', its_meta(name)) == 1 then
    redis.call('ZREM', its_key_expiries, name)
    redis.call('HDEL', its_expiring_bytes, name)
    redis.call('ZADD', its_keys, 0, name)
  end
  if watched then
    notify('key.set', name)
  end
  return redis.status_reply('OK')
end
local refused = refusal_of_key(name)
if refused then
  redis.call('HINCRBY', user, 'room', growth)
  return refused
end
redis.call('ZADD', its_keys, 0, name)
redis.call('SET', key, value)
if watched then
  notify('key.set', name)
end
return redis.status_reply('OK')
