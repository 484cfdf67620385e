-- ARGV[2] a list's name. Gives 1, or 0 where there was no such list.
redis.call('UNLINK', its_ready(ARGV[2]), its_list(ARGV[2]))
return redis.call('ZREM', its_lists, ARGV[2])
