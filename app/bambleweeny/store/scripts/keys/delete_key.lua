-- ARGV[2] a key's name. Gives 1, or 0 where there was no such key.
local name = ARGV[2]
local was_there = redis.call('UNLINK', its_key(name))
redis.call('ZREM', its_keys, name)
if redis.call('UNLINK', its_meta(name)) == 1 or was_there == 0 then
  redis.call('ZREM', its_expiring, name)
end
if was_there == 1 then
  tell('key.del', name)
end
return was_there
