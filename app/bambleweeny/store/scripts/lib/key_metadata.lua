-- Reads and writes the metadata of keys, their TTL and content type, and checks conditions. Both
-- are one string, which expires with the key; most keys have none.
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

-- Returns an array: a key's value, or only whether it exists if neither caller nor condition needs
-- the value, and its metadata as stored. Raises too_much_at_once if a batch has hashed too much.
local function look_up(name, if_match, if_none_match, is_wanted)
  local is_to_hash = not digests[name] and (needs_digest(if_match) or needs_digest(if_none_match))
  if not is_wanted and not is_to_hash then
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

-- Returns the time in ms that is so many seconds from now.
local function expiry_after(seconds)
  return now_in_ms() + seconds * 1000
end

-- Writes a key's metadata, and its name into the index. The caller sets the key's own TTL.
-- NOTE: the index may have lost a key that was about to expire.
local function write_metadata(name, expires, content_type)
  redis.call('ZADD', its_keys, 0, name)
  if expires == 0 and content_type == '' then
    redis.call('UNLINK', its_meta(name))
  else
    redis.call('SET', its_meta(name), string.format('%.0f ', expires) .. content_type)
  end
  if expires == 0 then
    redis.call('ZREM', its_expiring, name)
  else
    redis.call('PEXPIREAT', its_meta(name), expires)
    redis.call('ZADD', its_expiring, expires, name)
  end
end

-- Writes a key with its metadata and notifies clients. The caller has checked the quota.
local function write(name, value, expires, content_type)
  digests[name] = nil
  write_metadata(name, expires, content_type)
  if expires == 0 then
    redis.call('SET', its_key(name), value)
  else
    redis.call('SET', its_key(name), value, 'PXAT', expires)
  end
  notify('key.set', name)
end

-- Returns whether a value is among those of a condition: digests with blanks between, or * for any.
local function is_among(value, digest, tags)
  return value and (tags == '*' or string.find(tags, digest, 1, true))
end

-- Returns an error if the value that `look_up` found does not meet the conditions; an empty one
-- always holds.
local function refusal(name, value, if_match, if_none_match)
  if (if_match ~= '' and not is_among(value, digests[name], if_match))
    or (if_none_match ~= '' and is_among(value, digests[name], if_none_match)) then
    return redis.error_reply('B9Y precondition_failed')
  end
end
