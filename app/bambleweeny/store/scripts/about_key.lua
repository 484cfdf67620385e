-- Stands before scripts that read or change what else is known of a key: when it ends and
-- its content type. Both stand in a string of their own, which ends with the key.

-- Gives when a key ends, in ms, or 0 where it does not, and its content type, or nothing.
local function ends_and_type(meta)
  local ends, content_type = string.match(meta or '0 ', '^(%d+) (.*)$')
  return tonumber(ends), content_type
end

-- Gives a key's bytes, or where those are not needed whether it is there, and what else is
-- known of it, as that is stored.
local function look_up(name, if_match, if_none_match, is_wanted)
  if is_wanted == '1' or if_match ~= '' or if_none_match ~= '' then
    return redis.call('MGET', its_key(name), its_meta(name))
  end
  return {redis.call('EXISTS', its_key(name)) == 1, redis.call('GET', its_meta(name))}
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
  note(name, ends, content_type)
  if ends == 0 then
    redis.call('SET', its_key(name), value)
  else
    redis.call('SET', its_key(name), value, 'PXAT', ends)
  end
  tell('key.set', name)
end

-- Tells whether a value is one of those that tags stand for: their digests with blanks
-- between, or * for any.
local function is_among(value, tags)
  return value and (tags == '*' or string.find(tags, redis.sha1hex(value), 1, true))
end

-- Refuses a change of a key whose value is another one than the caller says; an empty term
-- holds always.
local function refusal(value, if_match, if_none_match)
  if (if_match ~= '' and not is_among(value, if_match))
    or (if_none_match ~= '' and is_among(value, if_none_match)) then
    return redis.error_reply('B9Y precondition_failed')
  end
end
