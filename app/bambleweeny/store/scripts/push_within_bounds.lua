-- KEYS[6] the items, KEYS[7] the list's record, ARGV[2] the list's name, ARGV[3] the most
-- items, ARGV[4] the most bytes, ARGV[5] the id of the bin that pushes, or nothing, ARGV[6]
-- the channel that tells of it, ARGV[7..] the bodies: all are added, or none. A new list
-- is made only within the quota. Each item carries an id of 8 bytes: the microsecond at
-- which it came, made unique. Gives how many were added.
if ARGV[5] ~= '' and not redis.call('ZSCORE', KEYS[5], ARGV[5]) then
  return redis.error_reply('B9Y not_found')
end
local count, added = #ARGV - 6, 0
for index = 7, #ARGV do
  added = added + #ARGV[index]
end
local length = redis.call('LLEN', KEYS[6])
local fresh = length == 0
local bytes = fresh and 0 or tonumber(redis.call('HGET', KEYS[7], 'bytes') or 0)
if length + count > tonumber(ARGV[3]) or bytes + added > tonumber(ARGV[4]) then
  return redis.error_reply('B9Y list_full')
end
if count == 0 then
  return 0
end
if fresh then
  if quota_reached() then
    return redis.error_reply('B9Y quota_exceeded')
  end
  redis.call('ZADD', KEYS[3], 0, ARGV[2])
end
local now = redis.call('TIME')
local id = now[1] * 1000000 + now[2]
if not fresh then
  id = math.max(id, struct.unpack('>I8', redis.call('LINDEX', KEYS[6], -1)) + 1)
end
redis.call('HSET', KEYS[7], 'bytes', string.format('%.0f', bytes + added))
for index = 7, #ARGV do
  redis.call('RPUSH', KEYS[6], struct.pack('>I8', id) .. ARGV[index])
  -- NOTE: an engine's user may lack the right to publish; then those who wait time out.
  redis.pcall('PUBLISH', ARGV[6], '')
  id = id + 1
end
return count
