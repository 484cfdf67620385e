-- Gives all that a tenant owns, of one moment: its record's fields, its keys, their values
-- and what else is known of each, its lists with their records and their items in each state,
-- its topics and their messages, the ids of its routes and of its bins. Gives nothing where it
-- owns more than ARGV[3] resources, or ARGV[4] bytes with 64 more for each value.
-- ARGV[2] the fields, with blanks between.

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
for _, index in ipairs({its_keys, its_lists, its_topics, its_routes, its_bins}) do
  owned = owned + redis.call('ZCARD', index)
end
if owned > tonumber(ARGV[3]) then
  return false
end
local room = math.min(tonumber(ARGV[4]), spare_bytes())
local fields, keys, lists, topics = {}, {}, {}, {}
for field in string.gmatch(ARGV[2], '%S+') do
  fields[#fields + 1] = field
end
for _, name in ipairs(redis.call('ZRANGE', its_keys, 0, -1)) do
  room = room - redis.call('STRLEN', its_key(name)) - 64
  if room < 0 then
    return false
  end
  local value, meta = unpack(redis.call('MGET', its_key(name), its_meta(name)))
  keys[#keys + 1] = name
  keys[#keys + 1] = value
  keys[#keys + 1] = meta
end
for _, name in ipairs(redis.call('ZRANGE', its_lists, 0, -1)) do
  local list = list_of(name)
  local length = redis.call('LLEN', its_ready(name)) + redis.call('HLEN', its_held(name))
  room = room - list.bytes - 64 * length
  if room < 0 then
    return false
  end
  lists[#lists + 1] = name
  lists[#lists + 1] = redis.call('HMGET', its_list(name), 'numbers', 'low', 'policy')
  for _, state in ipairs({'ready', 'leased', 'delayed', 'dead'}) do
    lists[#lists + 1] = list.page(state, 0, '0', math.huge, math.huge)
  end
end
for _, name in ipairs(redis.call('ZRANGE', its_topics, 0, -1)) do
  local bytes = tonumber(redis.call('HGET', its_topic_bytes, name) or 0)
  room = room - bytes - 64 * redis.call('XLEN', its_topic(name))
  if room < 0 then
    return false
  end
  topics[#topics + 1] = name
  topics[#topics + 1] = redis.call('XRANGE', its_topic(name), '-', '+')
end
return {
  redis.call('HMGET', KEYS[1], unpack(fields)),
  keys,
  lists,
  topics,
  redis.call('ZRANGE', its_routes, 0, -1),
  redis.call('ZRANGE', its_bins, 0, -1),
}
