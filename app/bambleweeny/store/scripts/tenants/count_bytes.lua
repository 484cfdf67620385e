-- Counts the bytes of some keys, lists, topics, routes or bins. Stores those of keys that expire.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] noun (string): `keys`, `lists`, `topics`, `routes` or `bins`
--   ARGV[3..] name (string): of each, or its id
-- Output: the bytes
--- @include "lib/tenant"
--- @include "lib/list_counters"
local noun = ARGV[2]
local counts = {}

function counts.keys(name)
  local size = redis.call('STRLEN', its_key(name))
  if redis.call('ZSCORE', its_key_expiries, name) then
    if redis.call('EXISTS', its_key(name)) == 0 then
      size = tonumber(redis.call('HGET', its_expiring_bytes, name) or 0)
    end
    -- NOTE: a full engine refuses a first write that adds; this one removes first.
    redis.call('HDEL', its_expiring_bytes, name)
    redis.call('HSET', its_expiring_bytes, name, size)
  end
  return #name + size + 64
end

function counts.lists(name)
  local counters = redis.call('HGET', its_list(name), 'numbers')
  if not counters then
    return 0
  end
  local _, bytes = struct.unpack(counters_format, counters)
  local items = redis.call('LLEN', its_ready(name)) + redis.call('HLEN', its_not_ready(name))
  return #name + 64 + bytes + 64 * items
end

function counts.topics(name)
  local bytes = tonumber(redis.call('HGET', its_topic_bytes, name) or 0)
  return #name + 64 + bytes + 64 * redis.call('XLEN', its_topic(name))
end

function counts.routes(id)
  return #id + 64 + redis.call('HSTRLEN', its_document(id), 'document')
end

counts.bins = counts.routes
local bytes = 0
for index = 3, #ARGV do
  bytes = bytes + counts[noun](ARGV[index])
end
return string.format('%.0f', bytes)
