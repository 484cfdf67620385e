-- KEYS[1] the users' names; ARGV[1] a name, ARGV[2] the id of who gives it up. It stays
-- where it is somebody else's by now.
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then
  return 0
end
return redis.call('HDEL', KEYS[1], ARGV[1])
