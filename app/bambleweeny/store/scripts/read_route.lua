-- ARGV[2] the route's id, ARGV[3] the key that it shows, ARGV[4] the most bytes that nested
-- values may take, each time that they stand there, ARGV[5] the most names. Gives the value,
-- then a name and a value (or nothing) for each `!@[name]` in it; past its bounds the value
-- and a single nothing.
local value = redis.call('ZSCORE', its_routes, ARGV[2]) and redis.call('GET', its_key(ARGV[3]))
if not value then
  return redis.error_reply('B9Y not_found')
end
local answer = {value}
if not string.find(value, '!@[', 1, true) then
  return answer
end
local room, names = tonumber(ARGV[4]), tonumber(ARGV[5])
local known = {}
for name in string.gmatch(value, '!@%[([%w_:.%-]*)%]') do
  if known[name] == nil then
    names = names - 1
    known[name] = redis.call('GET', its_key(name))
    answer[#answer + 1] = name
    answer[#answer + 1] = known[name]
  end
  room = room - (known[name] and #known[name] or 0)
  if room < 0 or names < 0 then
    return {value, false}
  end
end
return answer
