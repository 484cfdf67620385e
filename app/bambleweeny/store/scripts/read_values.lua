-- Gives the values of keys, of one moment, and how many bytes are left: ARGV[2] how many
-- bytes the values may take, ARGV[3..] the names. Once that is exceeded each further value
-- is an error.
local room, values = tonumber(ARGV[2]), {}
for index = 3, #ARGV do
  if room < 0 then
    values[index - 2] = redis.error_reply('B9Y too_much_at_once')
  else
    local value = redis.call('GET', its_key(ARGV[index]))
    values[index - 2] = value
    room = room - (value and #value or 0)
  end
end
return {values, room}
