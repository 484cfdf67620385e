-- ARGV[2] a counter's name, ARGV[3] the step, ARGV[4] and ARGV[5] the most and the least that
-- the number may be before the step, or nothing, ARGV[6] for how many seconds a counter lasts
-- that is new, or nothing. Past its bounds it stays as it is.
local counter = its_key(ARGV[2])

-- NOTE: a Lua number keeps 53 bits of an integer; the texts tell of any size.
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

-- NOTE: a number has 20 characters at most; a long text is not read as a whole.
local number = redis.call('GETRANGE', counter, 0, 20)
local known = number ~= '' or redis.call('EXISTS', counter) == 1
number = known and number or '0'
local is_number = #number <= 20 and string.find(number, '^%-?[1-9]%d*$') or number == '0'
local is_past = (ARGV[4] ~= '' and is_greater(number, ARGV[4]))
  or (ARGV[5] ~= '' and is_greater(ARGV[5], number))
if is_number and is_past then
  local left = redis.call('PTTL', counter)
  local seconds = left < 0 and '' or string.format('%.0f', math.ceil(left / 1000))
  return redis.error_reply('B9Y limit_reached ' .. seconds)
end
local reply = incr_within_quota({ARGV[1], ARGV[2], ARGV[3]})
if not known and ARGV[6] ~= '' and not (type(reply) == 'table' and reply.err) then
  local ends = ends_after(ARGV[6])
  note(ARGV[2], ends, '')
  redis.call('PEXPIREAT', counter, ends)
end
return reply
