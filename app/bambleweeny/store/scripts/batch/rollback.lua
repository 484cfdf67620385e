-- Remembers for an atomic batch what it is about to change, and restores that.
--- @include "lib/tenant"
--- @include "lib/items"
--- @include "lib/list"
local put_back, remembered, published = {}, {}, {}

-- Remembers a key before its first change; returns the bytes of its value.
local function remember_key(name)
  if remembered[name] then
    return 0
  end
  remembered[name] = true
  local value, meta = unpack(redis.call('MGET', its_key(name), its_meta(name)))
  local ends = meta and redis.call('ZSCORE', its_expiring, name)
  put_back[#put_back + 1] = function()
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
    if ends then
      redis.call('ZADD', its_expiring, ends, name)
      redis.call('PEXPIREAT', its_key(name), ends)
      redis.call('PEXPIREAT', its_meta(name), ends)
    elseif redis.call('ZSCORE', its_expiring, name) then
      redis.call('ZREM', its_expiring, name)
    end
  end
  return value and #value or 0
end

-- Processes the due items of all lists of the batch, whose operations begin at ARGV[`start`].
-- They are not part of the batch and are not rolled back, so this comes first. Returns nil if it is
-- left to the next script.
local function settle_lists(start)
  local is_of_list = {push = true, push_with = true, pop = true}
  local now_ms, seen = now_in_us() / 1000, {}
  for index = start, #ARGV, 3 do
    local name = ARGV[index + 1]
    if is_of_list[ARGV[index]] and not seen[name] then
      seen[name] = true
      if tonumber(redis.call('HGET', its_list(name), 'due') or math.huge) <= now_ms then
        if has_done_enough() then
          return nil
        end
        list_of(name).settle()
      end
    end
  end
  return true
end

-- Remembers a list's record before its first change; its verbs write the items' into the journal.
local function remember_list(name)
  if remembered['list ' .. name] then
    return 0
  end
  remembered['list ' .. name] = true
  local fields = redis.call('HGETALL', its_list(name))
  local is_listed = redis.call('ZSCORE', its_lists, name)
  put_back[#put_back + 1] = function()
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

-- Remembers a topic before each message. The oldest messages go only once nothing can fail.
local function remember_topic(name)
  published[name] = true
  local is_known = redis.call('ZSCORE', its_topics, name)
  local length = redis.call('XLEN', its_topic(name))
  local bytes = redis.call('HGET', its_topic_bytes, name)
  put_back[#put_back + 1] = function()
    if not is_known then
      redis.call('UNLINK', its_topic(name))
      redis.call('HDEL', its_topic_bytes, name)
      redis.call('ZREM', its_topics, name)
    elseif redis.call('XLEN', its_topic(name)) > length then
      local newest = redis.call('XREVRANGE', its_topic(name), '+', '-', 'COUNT', 1)[1]
      redis.call('XDEL', its_topic(name), newest[1])
      redis.call('HSET', its_topic_bytes, name, bytes)
    end
  end
  return 0
end

-- Undoes all changes, the last one first.
local function rollback()
  for index = #put_back, 1, -1 do
    put_back[index]()
  end
end
