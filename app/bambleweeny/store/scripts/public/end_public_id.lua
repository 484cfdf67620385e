-- ARGV[2] a public id, ARGV[3] `routes` or `bins`. Gives 1, or 0 where there was no such id.
return redis.call('ZREM', ARGV[3] == 'routes' and its_routes or its_bins, ARGV[2])
