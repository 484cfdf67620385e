-- Stands before scripts that read or change what else is known of a key: when it ends and
-- its content type. Both stand in a string of their own, which ends with the key.

-- Gives when a key ends, in ms, or 0 where it does not, and its content type, or nothing.
local function ends_and_type(meta)
  local ends, content_type = string.match(meta or '0 ', '^(%d+) (.*)$')
  return tonumber(ends), content_type
end

-- The digests of values by key: a batch hashes each value once, until it writes the key. Past
-- so many bytes it hashes no further value; the last one may exceed them.
local digests, hashable = {}, 16 * 1024 * 1024

local function needs_digest(tags)
  return tags ~= '' and tags ~= '*'
end

-- Returns a key's bytes, or where those are not needed whether it exists, and its metadata as
-- stored. Raises an error where a batch has hashed too much.
local function look_up(name, if_match, if_none_match, is_wanted)
  local is_to_hash = not digests[name] and (needs_digest(if_match) or needs_digest(if_none_match))
  if is_wanted ~= '1' and not is_to_hash then
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

-- Gives when something ends that lasts for so many seconds from now.
local function ends_after(seconds)
  return now_in_ms() + seconds * 1000
end

-- Notes both, and the name among the keys; the key itself has to be given its end, too.
-- NOTE: a key that was to end just now may be out of the index already.
local function note(name, ends, content_type)
  redis.call('ZADD', its_keys, 0, name)
  if ends == 0 and content_type == '' then
    redis.call('UNLINK', its_meta(name))
  else
    redis.call('SET', its_meta(name), string.format('%.0f ', ends) .. content_type)
  end
  if ends == 0 then
    redis.call('ZREM', its_expiring, name)
  else
    redis.call('PEXPIREAT', its_meta(name), ends)
    redis.call('ZADD', its_expiring, ends, name)
  end
end

-- Writes a key with both, and tells of it; within the quota it has to be already.
local function write(name, value, ends, content_type)
  digests[name] = nil
  note(name, ends, content_type)
  if ends == 0 then
    redis.call('SET', its_key(name), value)
  else
    redis.call('SET', its_key(name), value, 'PXAT', ends)
  end
  tell('key.set', name)
end

-- Returns whether a value is one of those that tags stand for: their digests with blanks
-- between, or * for any.
local function is_among(value, digest, tags)
  return value and (tags == '*' or string.find(tags, digest, 1, true))
end

-- Returns an error where the value that `look_up` found is not as the caller requires; an empty
-- condition always holds.
local function refusal(name, value, if_match, if_none_match)
  if (if_match ~= '' and not is_among(value, digests[name], if_match))
    or (if_none_match ~= '' and is_among(value, digests[name], if_none_match)) then
    return redis.error_reply('B9Y precondition_failed')
  end
end
