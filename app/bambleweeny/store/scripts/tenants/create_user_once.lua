-- KEYS[1] the user's record; ARGV its fields and values. Gives 1, or 0 where it exists.
if redis.call('EXISTS', KEYS[1]) == 1 then
  return 0
end
redis.call('HSET', KEYS[1], unpack(ARGV))
return 1
