-- Counts what a tenant has against its quota, and removes names of expired keys from its index.
--- @include "lib/tenant"
local function now_in_ms()
  local now = redis.call('TIME')
  return now[1] * 1000 + math.floor(now[2] / 1000)
end

-- Removes up to 100 names of expired keys from the index. The engine removes the keys themselves.
local function remove_expired_names()
  local names = redis.call('ZRANGEBYSCORE', its_key_expiries, '-inf', now_in_ms(), 'LIMIT', 0, 100)
  if #names > 0 then
    redis.call('ZREM', its_keys, unpack(names))
    redis.call('ZREM', its_key_expiries, unpack(names))
  end
end

-- Returns the number of expired keys whose names the index still has.
local function count_expired()
  return redis.call('ZCOUNT', its_key_expiries, '-inf', now_in_ms())
end

-- Returns how many more keys, lists, topics, routes and bins the quota allows.
local function room_in_quota()
  remove_expired_names()
  local quota = tonumber(redis.call('HGET', user, 'quota'))
  if quota == 0 then
    return math.huge
  end
  local owned = 0 - count_expired()
  for _, index in ipairs({its_keys, its_lists, its_topics, its_routes, its_bins}) do
    owned = owned + redis.call('ZCARD', index)
  end
  return quota - owned
end

local function quota_reached()
  return room_in_quota() <= 0
end
