-- Stands before `run_batch`: what is about to change is remembered, so that it can be put
-- back.
local put_back, remembered, published = {}, {}, {}

-- A key is remembered once, before its first change; gives the bytes of its value.
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

-- What is due is no part of the batch. What is done later may be due to a list that was
-- remembered, so that it is all done first. Returns nothing where that is left to a later script.
local function settle_lists()
  local is_of_list, now_ms, seen = {push = true, push_with = true, pop = true}, now_in_us() / 1000, {}
  for index = 7, #ARGV, 3 do
    local name = ARGV[index + 1]
    if is_of_list[ARGV[index]] and not seen[name] then
      seen[name] = true
      if tonumber(redis.call('HGET', its_list(name), 'due') or math.huge) <= now_ms then
        if is_worn() then
          return nil
        end
        list_of(name).settle()
      end
    end
  end
  return true
end

-- A list's record is remembered once; what its items go through notes itself in the journal.
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

-- A topic is remembered before each message, and loses none until nothing can fail any more.
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

-- The last change is taken back first: then each finds what it left.
local function take_back()
  for index = #put_back, 1, -1 do
    put_back[index]()
  end
end
