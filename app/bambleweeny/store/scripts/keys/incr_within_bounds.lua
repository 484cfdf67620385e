-- Increments a counter unless the result would be out of bounds.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] name (string): the counter's key
--   ARGV[3] step (integer): what to add
--   ARGV[4] max (integer): the largest number before the step, or ''
--   ARGV[5] min (integer): the smallest number before the step, or ''
--   ARGV[6] ttl (seconds): of a new counter, or ''
-- Output: the new number, as text from 2^53 on
-- Errors: limit_reached with the seconds until the counter expires, quota_exceeded,
--   max_bytes_exceeded, store_full, not_an_integer, counter_overflow
--- @include "lib/tenant"
--- @include "lib/key_metadata"
--- @function "keys/incr_within_quota"
local name, step, max, min, ttl = ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local counter = its_key(name)

-- Compares integers of any size as text.
-- NOTE: a Lua number keeps 53 bits of an integer.
local function is_greater(one, other)
  local is_negative = string.sub(one, 1, 1) == '-'
  if is_negative ~= (string.sub(other, 1, 1) == '-') then
    return not is_negative
  end
  if #one ~= #other then
    return (#one > #other) ~= is_negative
  end
  return one ~= other and (one > other) ~= is_negative
end

-- NOTE: a number has at most 20 characters, so one more character shows that a value is none.
local number = redis.call('GETRANGE', counter, 0, 20)
local exists = number ~= '' or redis.call('EXISTS', counter) == 1
number = exists and number or '0'
local is_number = #number <= 20 and string.find(number, '^%-?[1-9]%d*$') or number == '0'
local is_out_of_bounds = (max ~= '' and is_greater(number, max))
  or (min ~= '' and is_greater(min, number))
if is_number and is_out_of_bounds then
  local left = redis.call('PTTL', counter)
  local seconds = left < 0 and '' or string.format('%.0f', math.ceil(left / 1000))
  return redis.error_reply('B9Y limit_reached ' .. seconds)
end
local reply = incr_within_quota({version, name, step})
if not exists and ttl ~= '' and not (type(reply) == 'table' and reply.err) then
  local expires = expiry_after(ttl)
  write_metadata(name, redis.call('STRLEN', counter), expires, '')
  redis.call('PEXPIREAT', counter, expires)
end
return reply
