-- Gives the values of keys, of one moment, and how many bytes are left: ARGV[2] how many
-- bytes the values may take, ARGV[4..] the names. Once that is exceeded each further value
-- is an error, or the whole is where ARGV[3] is 1.
local room, values = tonumber(ARGV[2]), {}
for index = 4, #ARGV do
  if room < 0 and ARGV[3] == '1' then
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
