-- Increments a counter. A new one starts at 0, within the quota.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] name (string): the counter's key
--   ARGV[3] step (integer): what to add
-- Output: the new number, as text from 2^53 on
-- Errors: quota_exceeded, not_an_integer, counter_overflow
--- @include "lib/tenant"
--- @include "lib/notify"
--- @lazy "lib/quota" quota_reached
local name, step = ARGV[2], ARGV[3]
local counter = its_key(name)
local is_new = redis.call('EXISTS', counter) == 0
if is_new and quota_reached() then
  return redis.error_reply('B9Y quota_exceeded')
end
local number = redis.pcall('INCRBY', counter, step)
if type(number) == 'table' and number.err then
  if string.find(number.err, 'not an integer', 1, true) then
    return redis.error_reply('B9Y not_an_integer')
  end
  if string.find(number.err, 'overflow', 1, true) then
    return redis.error_reply('B9Y counter_overflow')
  end
  return number
end
if is_new then
  redis.call('ZREM', its_key_expiries, name)
  redis.call('ZADD', its_keys, 0, name)
end
notify('key.set', name)
-- NOTE: a Lua number keeps 53 bits of an integer; the stored text keeps all.
if math.abs(number) >= 2 ^ 53 then
  return redis.call('GET', counter)
end
return number
