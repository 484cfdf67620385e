-- KEYS[6] the index that lists it, KEYS[7..] what it consists of; ARGV[2] its name.
-- Gives 1, or 0 where there was no such thing.
for index = 7, #KEYS do
  redis.call('UNLINK', KEYS[index])
end
return redis.call('ZREM', KEYS[6], ARGV[2])
