-- ARGV[2] a list's name, ARGV[3] the most items, ARGV[4] the most bytes, ARGV[5] the id of
-- the bin that pushes, or nothing, ARGV[6..] the bodies: all are added, or none. A new list
-- is made only within the quota. Each item carries an id of 8 bytes: the microsecond at
-- which it came, made unique. Gives how many were added.
local name = ARGV[2]
local ready, record = its_ready(name), its_list(name)
if ARGV[5] ~= '' and not redis.call('ZSCORE', its_bins, ARGV[5]) then
  return redis.error_reply('B9Y not_found')
end
local count, added = #ARGV - 5, 0
for index = 6, #ARGV do
  added = added + #ARGV[index]
end
local length = redis.call('LLEN', ready)
local fresh = length == 0
local bytes = fresh and 0 or tonumber(redis.call('HGET', record, 'bytes') or 0)
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
  redis.call('ZADD', its_lists, 0, name)
end
local now = redis.call('TIME')
local id = now[1] * 1000000 + now[2]
if not fresh then
  id = math.max(id, struct.unpack('>I8', redis.call('LINDEX', ready, -1)) + 1)
end
redis.call('HSET', record, 'bytes', string.format('%.0f', bytes + added))
for index = 6, #ARGV do
  redis.call('RPUSH', ready, struct.pack('>I8', id) .. ARGV[index])
  -- NOTE: an engine's user may lack the right to publish; then those who wait time out.
  redis.pcall('PUBLISH', its_pushed(name), '')
  id = id + 1
end
tell('list.push', name)
return count
