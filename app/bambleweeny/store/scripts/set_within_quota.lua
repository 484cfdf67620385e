-- KEYS[6] the value; ARGV[2] its name, ARGV[3] the bytes.
-- An existing key is replaced; a new one is made only within the quota.
if redis.call('EXISTS', KEYS[6]) == 0 then
  if quota_reached() then
    return redis.error_reply('B9Y quota_exceeded')
  end
  redis.call('ZADD', KEYS[2], 0, ARGV[2])
end
return redis.call('SET', KEYS[6], ARGV[3])
