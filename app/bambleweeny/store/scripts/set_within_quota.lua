-- KEYS[6] the value; ARGV[2] its name, ARGV[3] the bytes.
-- An existing key is replaced; a new one is made only within the quota.
if redis.call('SET', KEYS[6], ARGV[3], 'XX') then
  return redis.status_reply('OK')
end
if quota_reached() then
  return redis.error_reply('B9Y quota_exceeded')
end
redis.call('ZADD', KEYS[2], 0, ARGV[2])
return redis.call('SET', KEYS[6], ARGV[3])
