-- Adds to the traffic of a tenant on a day, and removes that of days that are too long ago.
--
-- Input
--   KEYS[1] record (hash): the tenant's record
--   KEYS[2] traffic (hash): the counts by day and name, such as 2026-11-22:requests
--   ARGV[1] oldest (string): the first day to keep
--   ARGV[2..] field (string), number (integer): what to add to each count
-- Output: 1, or 0 if the tenant does not exist
local record, traffic = KEYS[1], KEYS[2]
local oldest = ARGV[1]
if redis.call('EXISTS', record) == 0 then
  return 0
end
local is_new = false
for index = 2, #ARGV, 2 do
  local field, number = unpack(ARGV, index, index + 1)
  is_new = redis.call('HINCRBY', traffic, field, number) == tonumber(number) or is_new
end
if is_new then
  for _, field in ipairs(redis.call('HKEYS', traffic)) do
    if string.sub(field, 1, #oldest) < oldest then
      redis.call('HDEL', traffic, field)
    end
  end
end
return 1
