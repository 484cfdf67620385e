-- Frees the bytes of keys and idempotency keys that have expired, up to 1,000 keys.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
-- Output: the bytes that the tenant uses; nil if more keys have expired. Then the script must run
--   again.
--- @include "lib/tenant"
--- @include "lib/quota"
--- @function "tenants/bytes_allowed"
for _ = 1, 10 do
  remove_expired_names()
end
free_expired_pushes()
if count_expired() > 0 then
  return false
end
local max_bytes, room = unpack(redis.call('HMGET', user, 'max_bytes', 'room'))
return string.format('%.0f', bytes_allowed({max_bytes}) - (tonumber(room) or 0))
