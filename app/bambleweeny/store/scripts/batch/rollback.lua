-- Saves what an atomic batch is about to change, and restores it if an operation fails.
--- @include "lib/tenant"
--- @include "lib/items"
--- @include "lib/list"
--- @include "lib/quota"
local undo_steps, saved, published = {}, {}, {}
local room_before

-- Saves the bytes that the tenant may still use.
local function save_room()
  room_before, freed_by_expiry = tonumber(redis.call('HGET', user, 'room')), 0
end

-- Saves a key before its first change; returns the bytes of its value.
local function save_key(name)
  if saved[name] then
    return 0
  end
  saved[name] = true
  local value, meta = unpack(redis.call('MGET', its_key(name), its_meta(name)))
  local expires = meta and redis.call('ZSCORE', its_key_expiries, name)
  if not value then
    free_expired(name)
  end
  undo_steps[#undo_steps + 1] = function()
    if value then
      redis.call('SET', its_key(name), value)
      redis.call('ZADD', its_keys, 0, name)
    else
      redis.call('UNLINK', its_key(name))
      redis.call('ZREM', its_keys, name)
    end
    if meta then
      redis.call('SET', its_meta(name), meta)
    elseif redis.call('EXISTS', its_meta(name)) == 1 then
      redis.call('UNLINK', its_meta(name))
    end
    if expires then
      redis.call('ZADD', its_key_expiries, expires, name)
      redis.call('PEXPIREAT', its_key(name), expires)
      redis.call('PEXPIREAT', its_meta(name), expires)
      redis.call('HSET', its_expiring_bytes, name, #value)
    elseif redis.call('ZSCORE', its_key_expiries, name) then
      redis.call('ZREM', its_key_expiries, name)
      redis.call('HDEL', its_expiring_bytes, name)
    end
  end
  return value and #value or 0
end

-- Processes the due items of all lists of the batch, whose operations begin at
-- argv[`start`].
-- This is not part of the batch and is not rolled back, so it comes first. Returns nil if due items
-- are left for the next script.
local function process_due_of_batch(argv, start)
  local is_of_list = {push = true, push_with = true, pop = true}
  local now_ms, seen = now_in_us() / 1000, {}
  for index = start, #argv, 3 do
    local name = argv[index + 1]
    if is_of_list[argv[index]] and not seen[name] then
      seen[name] = true
      if tonumber(redis.call('HGET', its_list(name), 'due') or math.huge) <= now_ms then
        if is_budget_spent() then
          return nil
        end
        list_of(name).process_due_once()
      end
    end
  end
  return true
end

-- Saves a list's record before its first change. The functions of `lib/list` write the changes of
-- its items to the journal.
local function save_list(name)
  if saved['list ' .. name] then
    return 0
  end
  saved['list ' .. name] = true
  local fields = redis.call('HGETALL', its_list(name))
  local is_listed = redis.call('ZSCORE', its_lists, name)
  undo_steps[#undo_steps + 1] = function()
    redis.call('UNLINK', its_list(name))
    if #fields > 0 then
      redis.call('HSET', its_list(name), unpack(fields))
    end
    if is_listed then
      redis.call('ZADD', its_lists, 0, name)
    else
      redis.call('ZREM', its_lists, name)
    end
  end
  return 0
end

-- Saves a topic before each message. Its oldest messages are removed only when no operation can
-- fail any more.
local function save_topic(name)
  published[name] = true
  local is_known = redis.call('ZSCORE', its_topics, name)
  local length = redis.call('XLEN', its_topic(name))
  local bytes = redis.call('HGET', its_topic_bytes, name)
  undo_steps[#undo_steps + 1] = function()
    if not is_known then
      redis.call('UNLINK', its_topic(name))
      redis.call('HDEL', its_topic_bytes, name)
      redis.call('ZREM', its_topics, name)
    elseif redis.call('XLEN', its_topic(name)) > length then
      local newest = redis.call('XREVRANGE', its_topic(name), '+', '-', 'COUNT', 1)[1]
      redis.call('XDEL', its_topic(name), newest[1])
      redis.call('HSET', its_topic_bytes, name, bytes or 0)
    end
  end
  return 0
end

-- Undoes all changes, the last one first.
local function rollback()
  for index = #undo_steps, 1, -1 do
    undo_steps[index]()
  end
  free_bytes(room_before + freed_by_expiry - redis.call('HGET', user, 'room'))
end
