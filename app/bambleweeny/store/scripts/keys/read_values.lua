-- Reads the values of keys, in one atomic step.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] room (bytes): the most bytes of all values together
--   ARGV[3] all_or_none (flag): beyond `room` fail; without it each further key gets an error
--   ARGV[4..] name (string): for each key
-- Output: a value, nil or an error for each key; the bytes left
-- Errors: too_much_at_once
--- @include "lib/tenant"
local room, all_or_none = tonumber(ARGV[2]), ARGV[3] == '1'
local values = {}
for index = 4, #ARGV do
  if room < 0 and all_or_none then
    return redis.error_reply('B9Y too_much_at_once')
  elseif room < 0 then
    values[index - 3] = redis.error_reply('B9Y too_much_at_once')
  else
    local value = redis.call('GET', its_key(ARGV[index]))
    values[index - 3] = value
    room = room - (value and #value or 0)
  end
end
return {values, room}
