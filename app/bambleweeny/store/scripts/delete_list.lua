-- ARGV[2] a list's name. Gives 1, or 0 where there was no such list.
local name = ARGV[2]
redis.call(
  'UNLINK', its_ready(name), its_list(name), its_held(name), its_leased(name), its_delayed(name),
  its_dead(name), its_ending(name)
)
return redis.call('ZREM', its_lists, name)
