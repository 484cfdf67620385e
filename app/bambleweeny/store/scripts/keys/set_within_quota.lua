-- ARGV[2] a key's name, ARGV[3] the bytes. An existing key is replaced; a new one is made
-- only within the quota. What else was known of the key is forgotten.
-- NOTE: a key that was to end just now may be out of the index already, and one that has
-- ended may still be among those that do.
local name, value = ARGV[2], ARGV[3]
if redis.call('SET', its_key(name), value, 'XX') then
  if redis.call('DEL', its_meta(name)) == 1 then
    redis.call('ZREM', its_expiring, name)
    redis.call('ZADD', its_keys, 0, name)
  end
  tell('key.set', name)
  return redis.status_reply('OK')
end
if quota_reached() then
  return redis.error_reply('B9Y quota_exceeded')
end
redis.call('ZREM', its_expiring, name)
redis.call('ZADD', its_keys, 0, name)
redis.call('SET', its_key(name), value)
tell('key.set', name)
return redis.status_reply('OK')
