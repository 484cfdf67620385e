-- Gives all that a tenant owns, of one moment: its record's fields, its keys and values,
-- its lists and their items, the ids of its routes and of its bins. Gives nothing where it
-- owns more than ARGV[6] resources, or ARGV[7] bytes with 64 more for each value.
-- ARGV[2] the fields, with blanks between; ARGV[3], ARGV[4] and ARGV[5] what stands before
-- a name in the names of a key, of a list's items and of a list's record.
-- NOTE: what is read is not declared, since only the indexes name it. It carries the hash
-- tag of what is, so it is in the same slot of a Cluster.

-- The answer takes room in the engine too; half of what is free is left to those who write.
local function spare_bytes()
  local info = redis.pcall('INFO', 'memory')
  if type(info) ~= 'string' then
    return math.huge
  end
  local most = tonumber(string.match(info, 'maxmemory:(%d+)') or 0)
  return most == 0 and math.huge or (most - tonumber(string.match(info, 'used_memory:(%d+)'))) / 2
end

local owned = 0
for index = 2, 5 do
  owned = owned + redis.call('ZCARD', KEYS[index])
end
if owned > tonumber(ARGV[6]) then
  return false
end
local room = math.min(tonumber(ARGV[7]), spare_bytes())
local fields, pairs_of_keys, lists = {}, {}, {}
for field in string.gmatch(ARGV[2], '%S+') do
  fields[#fields + 1] = field
end
for _, name in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
  room = room - redis.call('STRLEN', ARGV[3] .. name) - 64
  if room < 0 then
    return false
  end
  pairs_of_keys[#pairs_of_keys + 1] = name
  pairs_of_keys[#pairs_of_keys + 1] = redis.call('GET', ARGV[3] .. name)
end
for _, name in ipairs(redis.call('ZRANGE', KEYS[3], 0, -1)) do
  local bytes = tonumber(redis.call('HGET', ARGV[5] .. name, 'bytes') or 0)
  room = room - bytes - 64 * redis.call('LLEN', ARGV[4] .. name)
  if room < 0 then
    return false
  end
  lists[#lists + 1] = name
  lists[#lists + 1] = redis.call('LRANGE', ARGV[4] .. name, 0, -1)
end
return {
  redis.call('HMGET', KEYS[1], unpack(fields)),
  pairs_of_keys,
  lists,
  redis.call('ZRANGE', KEYS[4], 0, -1),
  redis.call('ZRANGE', KEYS[5], 0, -1),
}
