-- Reads a snapshot of all data of a tenant.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] field_names (string): fields of the tenant's record, separated by blanks
--   ARGV[3] max_resources (integer): the most resources of the tenant
--   ARGV[4] room (bytes): the most bytes of all, counting 64 more for each value
-- Output: the record's fields; name, value and metadata of each key; name, record and the items in
--   each state of each list; name and messages of each topic; id and document of each route and
--   of each bin. Nil if the tenant has more than ARGV[3] and ARGV[4] allow.
--- @include "lib/tenant"
--- @include "lib/list"
local field_names, max_resources, room = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])

-- Returns half of the engine's free memory: the reply takes memory in the engine too.
local function spare_bytes()
  local info = redis.pcall('INFO', 'memory')
  if type(info) ~= 'string' then
    return math.huge
  end
  local limit = tonumber(string.match(info, 'maxmemory:(%d+)') or 0)
  return limit == 0 and math.huge or (limit - tonumber(string.match(info, 'used_memory:(%d+)'))) / 2
end

local owned = 0
for _, index in ipairs({its_keys, its_lists, its_topics, its_routes, its_bins}) do
  owned = owned + redis.call('ZCARD', index)
end
if owned > max_resources then
  return false
end
room = math.min(room, spare_bytes())
local fields, keys, lists, topics, published = {}, {}, {}, {}, {}
for field in string.gmatch(field_names, '%S+') do
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
  local length = redis.call('LLEN', its_ready(name)) + redis.call('HLEN', its_not_ready(name))
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
for noun, index in ipairs({its_routes, its_bins}) do
  local rows = {}
  for _, id in ipairs(redis.call('ZRANGE', index, 0, -1)) do
    local document = redis.call('HGET', its_document(id), 'document')
    room = room - (document and #document or 0)
    if room < 0 then
      return false
    end
    rows[#rows + 1] = id
    rows[#rows + 1] = document
  end
  published[noun] = rows
end
return {
  redis.call('HMGET', user, unpack(fields)),
  keys,
  lists,
  topics,
  published[1],
  published[2],
}
