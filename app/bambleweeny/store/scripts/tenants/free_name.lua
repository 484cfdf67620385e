-- Removes the name of a deleted user, unless another user has the name by now.
--
-- Input
--   KEYS[1] users (hash): the id of each user by name
--   ARGV[1] name (string)
--   ARGV[2] id (string): of the user that had the name
-- Output: 1, or 0 if another user or none has the name
local users, name, id = KEYS[1], ARGV[1], ARGV[2]
if redis.call('HGET', users, name) ~= id then
  return 0
end
return redis.call('HDEL', users, name)
