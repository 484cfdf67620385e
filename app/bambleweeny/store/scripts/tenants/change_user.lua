-- Changes fields of a user's record. Another `max_bytes` changes its `room` by the difference.
--
-- Input
--   KEYS[1] user (hash): the user's record
--   ARGV[1] revokes (flag): revoke the user's tokens
--   ARGV[2..] field (string), value (bytes): for each field to set
-- Output: 1, or 0 if the user does not exist
--- @function "tenants/raise_version"
--- @function "tenants/bytes_allowed"
local user, revokes = KEYS[1], ARGV[1] == '1'
if redis.call('EXISTS', user) == 0 then
  return 0
end
local allowed = bytes_allowed({redis.call('HGET', user, 'max_bytes')})
local room
for index = 2, #ARGV, 2 do
  local field, value = unpack(ARGV, index, index + 1)
  if field == 'max_bytes' then
    room = bytes_allowed({value}) - allowed
  end
end
-- NOTE: a full engine refuses a first write that adds; this one removes first.
redis.call('HDEL', user, '')
if room then
  redis.call('HINCRBY', user, 'room', room)
end
redis.call('HSET', user, unpack(ARGV, 2))
if revokes then
  raise_version({1, 0})
end
return 1
