-- Reads keys for a page of a listing.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] room (bytes): no further key is read once the values have more in total
--   ARGV[3..] name (string): for each key
-- Output: the value and the stored metadata of each key read
--- @include "lib/tenant"
local room = tonumber(ARGV[2])
local rows = {}
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
