-- Increments a counter. A new one starts at 0, within the quota.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] name (string): the counter's key
--   ARGV[3] step (integer): what to add
-- Output: the new number, as text from 2^53 on
-- Errors: quota_exceeded, max_bytes_exceeded, store_full, not_an_integer, counter_overflow
--- @include "lib/tenant"
--- @lazy "lib/notify" notify
--- @lazy "lib/quota" refusal_of_key
--- @lazy "lib/quota" refuse_change
local name, step = ARGV[2], ARGV[3]
local counter = its_key(name)
-- NOTE: a number has at most 20 characters.
local earlier = redis.call('GETRANGE', counter, 0, 20)
local is_new = earlier == '' and redis.call('EXISTS', counter) == 0
-- NOTE: `remove_expired_names` frees the bytes of a key only while it does not exist again.
local refused = is_new and refusal_of_key(name)
if refused then
  return refused
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
-- NOTE: a Lua number keeps 53 bits of an integer; the stored text keeps all.
local is_exact = math.abs(number) < 2 ^ 53
local text = is_exact and string.format('%.0f', number) or redis.call('GET', counter)
local growth = #text - #earlier + (is_new and #name + 64 or 0)
if growth ~= 0 then
  refused = refuse_change(growth)
  if refused and is_new then
    redis.call('UNLINK', counter)
  elseif refused then
    redis.call('SET', counter, earlier, 'KEEPTTL')
  end
  if refused then
    return refused
  end
  if not is_new and redis.call('HEXISTS', its_expiring_bytes, name) == 1 then
    redis.call('HINCRBY', its_expiring_bytes, name, growth)
  end
end
if is_new then
  redis.call('ZADD', its_keys, 0, name)
end
if watched then
  notify('key.set', name)
end
return is_exact and number or text
