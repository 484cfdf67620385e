-- KEYS[6] the key that the route shows; ARGV[2] the route's id, ARGV[3] what stands
-- before the name in the name of a key, ARGV[4] the most bytes that nested values may
-- take, each time that they stand there, ARGV[5] the most names. Gives the value, then
-- a name and a value (or nothing) for each `!@[name]` in it; past its bounds the value
-- and a single nothing.
-- NOTE: nested keys are not declared, since only the value names them. They carry
-- the hash tag of the declared ones, so they are in the same slot of a Cluster.
local value = redis.call('ZSCORE', KEYS[4], ARGV[2]) and redis.call('GET', KEYS[6])
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
    known[name] = redis.call('GET', ARGV[3] .. name)
    answer[#answer + 1] = name
    answer[#answer + 1] = known[name]
  end
  room = room - (known[name] and #known[name] or 0)
  if room < 0 or names < 0 then
    return {value, false}
  end
end
return answer
