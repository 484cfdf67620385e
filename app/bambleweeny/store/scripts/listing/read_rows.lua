-- Gives for each key its value and what else is known of it.
-- ARGV[2] the bytes past which no further key is read, ARGV[3..] the names.
local room, rows = tonumber(ARGV[2]), {}
for index = 3, #ARGV do
  local value, meta = unpack(redis.call('MGET', its_key(ARGV[index]), its_meta(ARGV[index])))
  rows[#rows + 1] = value
  rows[#rows + 1] = meta
  room = room - (value and #value or 0)
  if room < 0 then
    break
  end
end
return rows
