-- ARGV[2] a list's name. Gives the oldest item's body, or nothing. A list that has run empty
-- is forgotten.
local ready, record = its_ready(ARGV[2]), its_list(ARGV[2])
local item = redis.call('LPOP', ready)
if not item then
  return false
end
local body = string.sub(item, 9)
if redis.call('EXISTS', ready) == 0 then
  redis.call('ZREM', its_lists, ARGV[2])
  redis.call('DEL', record)
else
  -- NOTE: -#body would be sent as '-0' for an empty body.
  redis.call('HINCRBY', record, 'bytes', 0 - #body)
end
return body
