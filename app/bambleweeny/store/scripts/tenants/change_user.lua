-- Changes fields of a user's record.
--
-- Input
--   KEYS[1] user (hash): the user's record
--   ARGV[1] revokes (flag): revoke the user's tokens
--   ARGV[2..] field (string), value (bytes): for each field to set
-- Output: 1, or 0 if the user does not exist
--- @function "tenants/raise_version"
local user, revokes = KEYS[1], ARGV[1] == '1'
if redis.call('EXISTS', user) == 0 then
  return 0
end
-- NOTE: a full engine refuses a first write that adds; this one removes first.
redis.call('HDEL', user, '')
redis.call('HSET', user, unpack(ARGV, 2))
if revokes then
  raise_version({1, 0})
end
return 1
