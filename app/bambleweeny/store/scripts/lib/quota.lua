-- Counts what a tenant has against its quota and its `max_bytes`, and removes names of expired keys
-- from its index.
--
-- The field `room` of the tenant's record is the number of bytes that it may still use: its
-- `max_bytes`, or 2^53 without such a limit, less what it uses. A script takes from it before it
-- writes, and adds to it after it has deleted. What expires by itself has its bytes in
-- `its_expiring_bytes` until a script frees them: those of a key's value by its name, and those of
-- each set of idempotency keys. `core/usage/byte_counts.py` says what counts.
--- @include "lib/tenant"
--- @function "tenants/bytes_allowed"
--- @lazy "lib/notify" notify_followers
-- The bytes that this script has freed of what has expired.
local freed_by_expiry = 0

local function now_in_ms()
  local now = redis.call('TIME')
  return now[1] * 1000 + math.floor(now[2] / 1000)
end

-- Adds to the bytes that the tenant may still use.
local function free_bytes(bytes)
  if bytes ~= 0 then
    redis.call('HINCRBY', user, 'room', bytes)
  end
end

local function free_expired_bytes(bytes)
  freed_by_expiry = freed_by_expiry + bytes
  free_bytes(bytes)
end

-- Removes up to 100 names of expired keys from the index, and returns their number. The engine
-- removes the keys themselves.
-- NOTE: the engine's clock may stand still during a script, and TIME go on. A key that exists for
-- this script keeps its name until it ends. One without a TTL was written between the end of its
-- metadata and its own.
local function remove_expired_names()
  local names = {}
  for _, name in ipairs(
    redis.call('ZRANGEBYSCORE', its_key_expiries, '-inf', now_in_ms(), 'LIMIT', 0, 100)
  ) do
    local left = redis.call('PTTL', its_key(name))
    if left == -2 then
      names[#names + 1] = name
    elseif left == -1 then
      redis.call('ZREM', its_key_expiries, name)
      redis.call('HDEL', its_expiring_bytes, name)
    end
  end
  if #names == 0 then
    return 0
  end
  redis.call('ZREM', its_keys, unpack(names))
  redis.call('ZREM', its_key_expiries, unpack(names))
  local bytes = 0
  for index, size in ipairs(redis.call('HMGET', its_expiring_bytes, unpack(names))) do
    bytes = bytes + #names[index] + tonumber(size or 0) + 64
  end
  redis.call('HDEL', its_expiring_bytes, unpack(names))
  free_expired_bytes(bytes)
  if watched then
    for _, name in ipairs(names) do
      notify_followers('key.expire', name)
    end
  end
  return #names
end

-- Frees the bytes of sets of idempotency keys that have expired.
local function free_expired_pushes()
  for _, part in ipairs({'idempotent', 'idempotent_old'}) do
    local bytes = redis.call('HGET', its_expiring_bytes, ' ' .. part)
    if bytes and redis.call('EXISTS', its_tag .. part) == 0 then
      redis.call('HDEL', its_expiring_bytes, ' ' .. part)
      free_expired_bytes(tonumber(bytes))
    end
  end
end

-- Removes the bytes of an expired key, whose name has just left `its_key_expiries`. Returns what
-- the key counted for. Unless the key still existed, notifies followers that it has expired.
local function take_expired_bytes(name, existed)
  local size = redis.call('HGET', its_expiring_bytes, name)
  redis.call('HDEL', its_expiring_bytes, name)
  if not existed and watched then
    notify_followers('key.expire', name)
  end
  return #name + tonumber(size or 0) + 64
end

-- Frees the bytes of a key that does not exist: it may have expired.
local function free_expired(name)
  if redis.call('ZREM', its_key_expiries, name) == 1 then
    redis.call('ZREM', its_keys, name)
    free_expired_bytes(take_expired_bytes(name))
  end
end

-- Returns whether a tenant that uses over 1 % of the engine's memory would take the last 10 % of
-- it, which are for the other tenants. A sandbox counts with its owner, whose use has what is
-- reserved for sandboxes.
local function is_for_others(bytes)
  local info = redis.pcall('INFO', 'memory')
  if type(info) ~= 'string' then
    return false
  end
  local most = tonumber(string.match(info, 'maxmemory:(%d+)') or 0)
  local used = tonumber(string.match(info, 'used_memory:(%d+)'))
  if most == 0 or used + bytes <= 0.9 * most then
    return false
  end
  local owner_tag = string.match(its_tag, '^(.*})~')
  local max_bytes, room = unpack(
    redis.call('HMGET', owner_tag and owner_tag .. ':user' or user, 'max_bytes', 'room')
  )
  return bytes_allowed({max_bytes}) - (room or 0) > 0.01 * most
end

-- Returns an error if bytes that are counted elsewhere are for the other tenants.
local function refuse_for_others(bytes)
  if bytes > 0 and is_for_others(bytes) then
    return redis.error_reply('B9Y store_full')
  end
end

-- Returns an error, and gives `bytes` back, if the tenant must not use them: `left` is what its
-- room has without them. Removes expired keys before it refuses.
local function refusal_of_growth(bytes, left)
  local refused = left < 0 and 'B9Y max_bytes_exceeded'
  if refused then
    redis.call('HINCRBY', user, 'room', bytes)
    free_expired_pushes()
    local steps = 0
    while steps < 20 and remove_expired_names() > 0 do
      steps = steps + 1
    end
    left = redis.call('HINCRBY', user, 'room', 0 - bytes)
  end
  if left >= 0 then
    refused = is_for_others(bytes) and 'B9Y store_full'
  end
  if refused then
    redis.call('HINCRBY', user, 'room', bytes)
    return redis.error_reply(refused)
  end
end

-- Counts bytes before they are written. Returns an error, with nothing counted, if the tenant must
-- not use them. Asks for the engine's memory only when the room passes a multiple of 1 MB.
-- NOTE: scripts that most calls run have the same lines in place of this function.
local function refuse_growth(bytes)
  local left = redis.call('HINCRBY', user, 'room', 0 - bytes)
  if left < 0 or left % 1048576 + bytes >= 1048576 then
    return refusal_of_growth(bytes, left)
  end
end

-- Counts a change of bytes before it is written; returns an error as `refuse_growth` does.
local function refuse_change(bytes)
  if bytes > 0 then
    return refuse_growth(bytes)
  end
  free_bytes(0 - bytes)
end

-- Returns the number of expired keys whose names the index still has.
local function count_expired()
  return redis.call('ZCOUNT', its_key_expiries, '-inf', now_in_ms())
end

-- Returns how many more keys, lists, topics, routes and bins the quota allows. Fails in a full
-- engine, if it is the first write of its script.
-- NOTE: an engine checks its free memory only before that write, and the removal of names is one.
local function room_in_quota()
  redis.call('SETRANGE', its_probe, 0, '')
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

-- Returns an error if the quota allows no key more; else frees the bytes of a key that does not
-- exist, since it may have expired.
local function refusal_of_key(name)
  if quota_reached() then
    return redis.error_reply('B9Y quota_exceeded')
  end
  free_expired(name)
end
