-- KEYS[1] the user's record; ARGV[1] '1' ends the user's tokens; ARGV[2..] fields and
-- values to set. Gives 1, or 0 where there is no such user.
if redis.call('EXISTS', KEYS[1]) == 0 then
  return 0
end
-- NOTE: once a script has written, a full engine lets it go on: this must work there too.
redis.call('HDEL', KEYS[1], '')
redis.call('HSET', KEYS[1], unpack(ARGV, 2))
if ARGV[1] == '1' then
  redis.call('HINCRBY', KEYS[1], 'version', 1)
end
return 1
