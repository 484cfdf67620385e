-- Keys in saved sets. Under the tag of a set, the Redis list `values` has the values of the keys in
-- the order of the index, and the hash `metas` the remaining ms (or 0) and the type of each key
-- with a TTL or a type. Most keys of a sandbox are as they were when it is reset, so that only
-- those that differ are written.
--- @include "lib/tenant"
--- @include "sandboxes/sets"

local function remaining(time, now_ms)
  return time > 0 and math.max(time - now_ms, 1) or 0
end

-- Returns the names of keys or of their metadata in the engine, for a page of names.
local function stored_names(prefix, names)
  local stored = {}
  for index, name in ipairs(names) do
    stored[index] = prefix .. name
  end
  return stored
end

local function save_metas(names, metas, set_tag, now_ms)
  for index, meta in ipairs(redis.call('MGET', unpack(metas))) do
    if meta then
      local expires, content_type = string.match(meta, '^(%d+) (.*)$')
      redis.call('HSET', under(set_tag, its_metas), names[index], string.format(
        '%.0f %s', remaining(tonumber(expires), now_ms), content_type
      ))
    end
  end
end

-- Saves the keys in the set with a tag; returns the names of those that have just expired.
local function save_keys(set_tag, now_ms)
  local gone = {}
  copy(its_keys, under(set_tag, its_keys))
  for_pages_of(names_in(its_keys), function(names)
    local metas, kept = stored_names(its_meta(''), names), {}
    for index, value in ipairs(redis.call('MGET', unpack(stored_names(its_key(''), names)))) do
      if value then
        kept[#kept + 1] = value
      else
        gone[#gone + 1] = names[index]
        redis.call('ZREM', under(set_tag, its_keys), names[index])
      end
    end
    if #kept > 0 then
      redis.call('RPUSH', under(set_tag, its_values), unpack(kept))
    end
    if redis.call('EXISTS', unpack(metas)) > 0 then
      save_metas(names, metas, set_tag, now_ms)
    end
  end)
  for _, name in ipairs(gone) do
    redis.call('HDEL', under(set_tag, its_metas), name)
  end
  return gone
end

local function are_equal(one, other)
  for index, name in ipairs(one) do
    if name ~= other[index] then
      return false
    end
  end
  return #one == #other
end

-- Makes the index that of the set, and deletes the keys that the set does not have; adds them to
-- `changed`. Returns the names.
local function load_index(set_tag, changed)
  local earlier, names, wanted = names_in(its_keys), names_in(under(set_tag, its_keys)), {}
  if are_equal(earlier, names) then
    return names
  end
  for _, name in ipairs(names) do
    wanted[name] = true
  end
  for _, name in ipairs(earlier) do
    if not wanted[name] then
      redis.call('UNLINK', its_key(name), its_meta(name))
      changed[#changed + 1] = {'key.del', name}
    end
  end
  redis.call('UNLINK', its_keys)
  copy(under(set_tag, its_keys), its_keys)
  return names
end

-- Replaces all keys by those of the set with a tag; returns the events of what has changed.
local function load_keys(set_tag, now_ms)
  local changed, place = {}, 0
  for_pages_of(names_in(its_key_expiries), function(names)
    redis.call('UNLINK', unpack(stored_names(its_key(''), names)))
    redis.call('UNLINK', unpack(stored_names(its_meta(''), names)))
  end)
  redis.call('UNLINK', its_key_expiries, its_expiring_bytes)
  for_pages_of(load_index(set_tag, changed), function(names)
    local keys, metas = stored_names(its_key(''), names), stored_names(its_meta(''), names)
    local values = redis.call('LRANGE', under(set_tag, its_values), place, place + #names - 1)
    local written = {}
    place = place + #names
    for index, value in ipairs(redis.call('MGET', unpack(keys))) do
      if value ~= values[index] then
        written[#written + 1] = keys[index]
        written[#written + 1] = values[index]
        changed[#changed + 1] = {'key.set', names[index]}
      end
    end
    if #written > 0 then
      redis.call('MSET', unpack(written))
    end
    if redis.call('EXISTS', unpack(metas)) > 0 then
      redis.call('UNLINK', unpack(metas))
    end
  end)
  local metas = redis.call('HGETALL', under(set_tag, its_metas))
  for index = 1, #metas, 2 do
    local name = metas[index]
    local wait, content_type = string.match(metas[index + 1], '^(%d+) (.*)$')
    local expires = tonumber(wait) > 0 and now_ms + wait or 0
    redis.call('SET', its_meta(name), string.format('%.0f ', expires) .. content_type)
    if expires > 0 then
      redis.call('PEXPIREAT', its_meta(name), expires)
      redis.call('PEXPIREAT', its_key(name), expires)
      redis.call('ZADD', its_key_expiries, expires, name)
      redis.call('HSET', its_expiring_bytes, name, redis.call('STRLEN', its_key(name)))
    end
  end
  return changed
end
