-- KEYS[6] the items, KEYS[7] the list's record; ARGV[2] the list's name.
-- Gives the oldest item's body, or nothing. A list that has run empty is forgotten.
local item = redis.call('LPOP', KEYS[6])
if not item then
  return false
end
local body = string.sub(item, 9)
if redis.call('EXISTS', KEYS[6]) == 0 then
  redis.call('ZREM', KEYS[3], ARGV[2])
  redis.call('DEL', KEYS[7])
else
  -- NOTE: -#body would be sent as '-0' for an empty body.
  redis.call('HINCRBY', KEYS[7], 'bytes', 0 - #body)
end
return body
