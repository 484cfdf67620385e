-- Stands before every script of a tenant, after its names. KEYS[1] is the tenant's record.
-- ARGV[1] is the token version that the caller was given; it is empty where nobody is
-- logged in, as at a bin.
-- NOTE: the tenant's other keys are not declared. They carry the hash tag of its record, so
-- they are in the same slot of a Cluster.
local user = redis.call('HMGET', KEYS[1], 'version', 'quota', 'watched')
if not user[1] or (ARGV[1] ~= '' and ARGV[1] ~= user[1]) then
  return redis.error_reply('B9Y unauthorized')
end

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
  local quota = tonumber(user[2])
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

-- What is told waits here while it may still be taken back.
local held_back

-- Tells of `key.set`, `key.del` or `list.push`: who waits for the name, and who follows all of
-- the tenant's. Does nothing unless somebody listens: the record's `watched` says until when,
-- in ms.
local function tell(event, name)
  local until_then = tonumber(user[3])
  if not until_then then
    return
  end
  if until_then < now_in_ms() then
    redis.call('HDEL', KEYS[1], 'watched')
    user[3] = false
  elseif held_back then
    held_back[#held_back + 1] = {event, name}
  else
    -- NOTE: an engine's user may lack the right to publish; then those who wait time out.
    redis.pcall('PUBLISH', its_told(name), event)
    redis.pcall('PUBLISH', its_events, event .. ' ' .. name)
  end
end
