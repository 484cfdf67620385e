-- Stands before scripts that count what a tenant has, after `tenant`.
local function now_in_ms()
  local now = redis.call('TIME')
  return now[1] * 1000 + math.floor(now[2] / 1000)
end

-- An expired key is gone at once; its name stays in the index until this forgets it.
local function forget_expired()
  local names = redis.call('ZRANGEBYSCORE', its_expiring, '-inf', now_in_ms(), 'LIMIT', 0, 100)
  if #names > 0 then
    redis.call('ZREM', its_keys, unpack(names))
    redis.call('ZREM', its_expiring, unpack(names))
  end
end

local function expired()
  return redis.call('ZCOUNT', its_expiring, '-inf', now_in_ms())
end

-- Gives how many more keys, lists, routes and bins there may be.
local function room_in_quota()
  forget_expired()
  local quota = tonumber(redis.call('HGET', KEYS[1], 'quota'))
  if quota == 0 then
    return math.huge
  end
  local owned = 0 - expired()
  for _, index in ipairs({its_keys, its_lists, its_topics, its_routes, its_bins}) do
    owned = owned + redis.call('ZCARD', index)
  end
  return quota - owned
end

local function quota_reached()
  return room_in_quota() <= 0
end
