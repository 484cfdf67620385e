-- Sets the bytes that a tenant may still use, if nothing has changed them meanwhile.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] expected (string): the earlier number, or '' for none
--   ARGV[3] used (integer): the bytes of all but idempotency keys and sandboxes
-- Output: the bytes that the tenant uses; nil if they have changed meanwhile
--- @include "lib/tenant"
--- @function "tenants/bytes_allowed"
local expected, used = ARGV[2], tonumber(ARGV[3])
local room, max_bytes = unpack(redis.call('HMGET', user, 'room', 'max_bytes'))
if (room or '') ~= expected then
  return false
end
-- NOTE: a full engine refuses a first write that adds; this one removes first.
redis.call('HDEL', user, 'room')
for part, pushes in pairs({idempotent = its_idempotent, idempotent_old = its_idempotent_old}) do
  local bytes = 64 * redis.call('ZCARD', pushes)
  redis.call('HDEL', its_expiring_bytes, ' ' .. part)
  if bytes > 0 then
    redis.call('HSET', its_expiring_bytes, ' ' .. part, bytes)
  end
  used = used + bytes
end
local reserved = 0
for _, bytes in ipairs(redis.call('HVALS', its_sandbox_bytes)) do
  reserved = reserved + bytes
end
redis.call('HINCRBY', user, 'room', bytes_allowed({max_bytes}) - used - reserved)
return string.format('%.0f', used)
