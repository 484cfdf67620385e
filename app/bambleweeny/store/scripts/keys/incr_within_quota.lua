-- ARGV[2] a counter's name, ARGV[3] the step.
-- A counter that is not there starts at 0, within the quota.
local counter = its_key(ARGV[2])
local fresh = redis.call('EXISTS', counter) == 0
if fresh and quota_reached() then
  return redis.error_reply('B9Y quota_exceeded')
end
local number = redis.pcall('INCRBY', counter, ARGV[3])
if type(number) == 'table' and number.err then
  if string.find(number.err, 'not an integer', 1, true) then
    return redis.error_reply('B9Y not_an_integer')
  end
  if string.find(number.err, 'overflow', 1, true) then
    return redis.error_reply('B9Y counter_overflow')
  end
  return number
end
if fresh then
  redis.call('ZREM', its_expiring, ARGV[2])
  redis.call('ZADD', its_keys, 0, ARGV[2])
end
tell('key.set', ARGV[2])
-- NOTE: a Lua number keeps 53 bits of an integer; the stored text keeps all.
if math.abs(number) >= 2 ^ 53 then
  return redis.call('GET', counter)
end
return number
