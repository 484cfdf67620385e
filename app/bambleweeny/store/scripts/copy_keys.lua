-- Gives the next keys of a tenant and their values, of one moment: ARGV[2] what stands
-- before a name in the name of a key, ARGV[3] where to begin in the index, ARGV[4] the
-- most keys, ARGV[5] the bytes past which the page ends.
local room, page = tonumber(ARGV[5]), {}
for _, name in ipairs(redis.call('ZRANGEBYLEX', KEYS[2], ARGV[3], '+', 'LIMIT', 0, ARGV[4])) do
  local value = redis.call('GET', ARGV[2] .. name)
  page[#page + 1] = name
  page[#page + 1] = value
  room = room - (value and #value or 0)
  if room < 0 then
    break
  end
end
return page
