-- ARGV[2] a list's name. Gives 1, or 0 where there was no such list, and the microsecond.
local name = ARGV[2]
redis.call(
  'UNLINK', its_ready(name), its_list(name), its_held(name), its_leased(name), its_delayed(name),
  its_dead(name), its_ending(name)
)
local now = redis.call('TIME')
return {redis.call('ZREM', its_lists, name), now[1] * 1000000 + now[2]}
