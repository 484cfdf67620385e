-- Stands before `run_batch`, whose ARGV this is: what is about to change is remembered, so
-- that it can be put back.
local function key(name) return ARGV[6] .. name end
local function items(name) return ARGV[7] .. name end
local function record(name) return ARGV[8] .. name end

local put_back, remembered = {}, {}

-- A key is remembered once, before its first change; gives the bytes of its value.
local function remember_key(name)
  if remembered[name] then
    return 0
  end
  remembered[name] = true
  local value = redis.call('GET', key(name))
  put_back[#put_back + 1] = function()
    if value then
      redis.call('SET', key(name), value)
      redis.call('ZADD', KEYS[2], 0, name)
    else
      redis.call('UNLINK', key(name))
      redis.call('ZREM', KEYS[2], name)
    end
  end
  return value and #value or 0
end

-- A list is remembered before each of its changes, which adds an item at its end or takes
-- the first one off.
local function remember_list(name, is_pop)
  local length = redis.call('LLEN', items(name))
  local first = is_pop and redis.call('LINDEX', items(name), 0)
  local fields = redis.call('HGETALL', record(name))
  put_back[#put_back + 1] = function()
    if redis.call('LLEN', items(name)) < length then
      redis.call('LPUSH', items(name), first)
    elseif length > 0 then
      redis.call('LTRIM', items(name), 0, length - 1)
    else
      redis.call('UNLINK', items(name))
    end
    redis.call('UNLINK', record(name))
    if length == 0 then
      redis.call('ZREM', KEYS[3], name)
    else
      redis.call('HSET', record(name), unpack(fields))
      redis.call('ZADD', KEYS[3], 0, name)
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
