-- KEYS[6] the owner's index of routes or of bins; ARGV[2] the public id.
-- From here on the public id is good.
if quota_reached() then
  return redis.error_reply('B9Y quota_exceeded')
end
return redis.call('ZADD', KEYS[6], 0, ARGV[2])
