-- ARGV[2] a list's name, ARGV[5] the id of the bin that pushes, or nothing, ARGV[6] options as
-- JSON, or nothing, ARGV[7..] the bodies: all are added, or none. A new list is made only within
-- the quota. Each item carries an id of 8 bytes: the microsecond at which it came, made unique.
-- Gives the first one's id; in an array where that was pushed before.
local name = ARGV[2]
local ready, record = its_ready(name), its_list(name)
if ARGV[5] ~= '' and not redis.call('ZSCORE', its_bins, ARGV[5]) then
  return redis.error_reply('B9Y not_found')
end
local numbers = redis.call('HGET', record, 'numbers')
local careful, bytes, came, went, last = 0, 0, 0, 0, 0
if numbers then
  careful, bytes, came, went, last = struct.unpack(of_numbers, numbers)
end
if careful == 1 or ARGV[6] ~= '' then
  return push_carefully(ARGV)
end
local count, added = #ARGV - 6, 0
for index = 7, #ARGV do
  added = added + #ARGV[index]
end
local length = redis.call('LLEN', ready)
if length + count > tonumber(ARGV[3]) or bytes + added > tonumber(ARGV[4]) then
  return redis.error_reply('B9Y list_full')
end
if count == 0 then
  return 0
end
if length == 0 then
  if quota_reached() then
    return redis.error_reply('B9Y quota_exceeded')
  end
  redis.call('ZADD', its_lists, 0, name)
end
local now = redis.call('TIME')
local id = math.max(now[1] * 1000000 + now[2], last + 1)
numbers = struct.pack(of_numbers, 0, bytes + added, came + count, went, id + count - 1)
redis.call('HSET', record, 'numbers', numbers)
if journal then
  journal[#journal + 1] = function() redis.call('RPOP', ready, count) end
end
redis.call('RPUSH', ready, struct.pack('>I8', id) .. ARGV[7])
-- NOTE: an engine's user may lack the right to publish; then those who wait time out.
redis.pcall('PUBLISH', its_pushed(name), '')
if count > 1 then
  for start = 8, #ARGV, 500 do
    local items = {}
    for index = start, math.min(start + 499, #ARGV) do
      items[#items + 1] = struct.pack('>I8', id + index - 7) .. ARGV[index]
    end
    redis.call('RPUSH', ready, unpack(items))
  end
  -- NOTE: so many reach all that can wait in one process.
  for _ = 2, math.min(count, 1000) do
    redis.pcall('PUBLISH', its_pushed(name), '')
  end
end
tell('list.push', name)
return id
