-- Creates a user's record.
--
-- Input
--   KEYS[1] user (hash): the user's record
--   ARGV[1..] field (string), value (bytes): for each field
-- Output: 1, or 0 if the record exists
local user = KEYS[1]
if redis.call('EXISTS', user) == 1 then
  return 0
end
redis.call('HSET', user, unpack(ARGV))
return 1
