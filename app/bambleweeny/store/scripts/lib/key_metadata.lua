-- Reads and writes the metadata of keys (TTL and content type), and checks conditions. TTL and
-- content type are one string, which expires with the key; most keys have none.
--- @include "lib/tenant"
--- @include "lib/quota"
--- @include "lib/notify"

-- Returns the time in ms at which a key expires, or 0, and its content type, or ''.
local function expiry_and_type(meta)
  local expires, content_type = string.match(meta or '0 ', '^(%d+) (.*)$')
  return tonumber(expires), content_type
end

-- The digests of values by key: a batch hashes each value once, until it writes the key. After
-- 16 MB it hashes no further value; the last one may exceed them.
local digests, hashable = {}, 16 * 1024 * 1024

local function needs_digest(tags)
  return tags ~= '' and tags ~= '*'
end

-- Returns an array of a key's value and its stored metadata. If neither the caller nor a condition
-- needs the value, the array has true or false instead: whether the key exists. Raises
-- too_much_at_once if a batch has hashed too much.
local function read_entry(name, if_match, if_none_match, returns_entry)
  local is_to_hash = not digests[name] and (needs_digest(if_match) or needs_digest(if_none_match))
  if not returns_entry and not is_to_hash then
    return {redis.call('EXISTS', its_key(name)) == 1, redis.call('GET', its_meta(name))}
  elseif is_to_hash and hashable < 0 then
    error(redis.error_reply('B9Y too_much_at_once'))
  end
  local found = redis.call('MGET', its_key(name), its_meta(name))
  if is_to_hash and found[1] then
    hashable = hashable - #found[1]
    digests[name] = redis.sha1hex(found[1])
  end
  return found
end

-- Returns the time in ms at which a TTL in seconds is over.
local function expiry_after(seconds)
  return now_in_ms() + seconds * 1000
end

-- Returns the bytes that a key counts for; 0 if there is none.
local function counted_bytes(name)
  if redis.call('EXISTS', its_key(name)) == 1 then
    return #name + redis.call('STRLEN', its_key(name)) + 64
  end
  local size = redis.call('HGET', its_expiring_bytes, name)
  return size and #name + size + 64 or 0
end

-- Counts the change of a key that gets a value of `length` bytes; returns an error as
-- `refuse_growth` does.
local function refuse_key(name, length)
  return refuse_change(#name + length + 64 - counted_bytes(name))
end

-- Writes the metadata of a key whose value has `length` bytes, and its name into the index. Does
-- not set the TTL of the value's key.
local function write_metadata(name, length, expires, content_type)
  redis.call('ZADD', its_keys, 0, name)
  if expires == 0 and content_type == '' then
    redis.call('UNLINK', its_meta(name))
  else
    redis.call('SET', its_meta(name), string.format('%.0f ', expires) .. content_type)
  end
  if expires > 0 then
    redis.call('PEXPIREAT', its_meta(name), expires)
    redis.call('ZADD', its_key_expiries, expires, name)
    redis.call('HSET', its_expiring_bytes, name, length)
  elseif redis.call('ZREM', its_key_expiries, name) == 1 then
    redis.call('HDEL', its_expiring_bytes, name)
  end
end

-- Writes a key with its metadata and notifies clients. Checks neither quota nor bytes.
local function write_key(name, value, expires, content_type)
  digests[name] = nil
  write_metadata(name, #value, expires, content_type)
  if expires == 0 then
    redis.call('SET', its_key(name), value)
  else
    redis.call('SET', its_key(name), value, 'PXAT', expires)
  end
  notify('key.set', name)
end

-- Returns whether a value meets a condition: `tags` are digests separated by blanks, or * for any.
local function is_among(value, digest, tags)
  return value and (tags == '*' or string.find(tags, digest, 1, true))
end

-- Returns an error unless the value that `read_entry` found meets the conditions; an empty
-- condition is always met.
local function check_conditions(name, value, if_match, if_none_match)
  if (if_match ~= '' and not is_among(value, digests[name], if_match))
    or (if_none_match ~= '' and is_among(value, digests[name], if_none_match)) then
    return redis.error_reply('B9Y precondition_failed')
  end
end
