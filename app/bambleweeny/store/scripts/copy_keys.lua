-- Gives the next keys of a tenant, their values and what else is known of each, of one moment:
-- ARGV[2] where to begin in the index, ARGV[3] the most keys, ARGV[4] the bytes past which the page ends.
local room, page = tonumber(ARGV[4]), {}
for _, name in ipairs(redis.call('ZRANGEBYLEX', its_keys, ARGV[2], '+', 'LIMIT', 0, ARGV[3])) do
  local value, meta = unpack(redis.call('MGET', its_key(name), its_meta(name)))
  page[#page + 1] = name
  page[#page + 1] = value
  page[#page + 1] = meta
  room = room - (value and #value or 0)
  if room < 0 then
    break
  end
end
return page
