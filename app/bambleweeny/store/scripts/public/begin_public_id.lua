-- ARGV[2] a public id, ARGV[3] `routes` or `bins`. From here on the public id is good, within the
-- quota.
if quota_reached() then
  return redis.error_reply('B9Y quota_exceeded')
end
return redis.call('ZADD', ARGV[3] == 'routes' and its_routes or its_bins, 0, ARGV[2])
