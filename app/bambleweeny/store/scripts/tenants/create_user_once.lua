-- Creates a user's record. Its `room` is all that its `max_bytes` allow.
--
-- Input
--   KEYS[1] user (hash): the user's record
--   ARGV[1..] field (string), value (bytes): for each field
-- Output: 1, or 0 if the record exists
--- @function "tenants/bytes_allowed"
local user = KEYS[1]
if redis.call('EXISTS', user) == 1 then
  return 0
end
redis.call('HSET', user, unpack(ARGV))
local version, max_bytes = unpack(redis.call('HMGET', user, 'version', 'max_bytes'))
if version then
  redis.call('HSET', user, 'room', bytes_allowed({max_bytes}))
end
return 1
