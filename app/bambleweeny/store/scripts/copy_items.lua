-- ARGV[2] a list's name; gives its next items, of one moment: ARGV[3] the id of the last one
-- that was given, or 0, ARGV[4] the most items, ARGV[5] the bytes past which the page ends. Ids rise, so that what was taken off meanwhile moves nothing.
local ready = its_ready(ARGV[2])

local function id_at(index)
  return (struct.unpack('>I8', redis.call('LINDEX', ready, index)))
end

local length, last = redis.call('LLEN', ready), tonumber(ARGV[3])
local low, high = 0, length
while low < high do
  local middle = math.floor((low + high) / 2)
  if id_at(middle) > last then
    high = middle
  else
    low = middle + 1
  end
end
local room, page = tonumber(ARGV[5]), {}
while low < length and #page < tonumber(ARGV[4]) and room >= 0 do
  for _, item in ipairs(redis.call('LRANGE', ready, low, low + 19)) do
    page[#page + 1] = item
    room = room - #item
  end
  low = low + 20
end
return page
