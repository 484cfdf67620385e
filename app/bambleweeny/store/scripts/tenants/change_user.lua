-- Changes fields of a user's record, and the version that its tokens are compared with.
--
-- Input
--   KEYS[1] user (hash): the user's record
--   ARGV[1] has_password (flag): there is a new password, which ends sessions and an open code
--   ARGV[2] code (string): the digest of the code that the user must have; empty: any or none
--   ARGV[3..] field (string), value (bytes): for each field to set; an empty value removes it
-- Output: the version of the user's sessions, or nil if the user, or the code, does not exist
local user, has_password, code = KEYS[1], ARGV[1] == '1', ARGV[2]
if redis.call('EXISTS', user) == 0 or (code ~= '' and redis.call('HGET', user, 'code') ~= code) then
  return false
end

local function request_limits()
  local limits = redis.call('HMGET', user, 'rate', 'burst', 'max_value')
  return (limits[1] or '') .. ' ' .. (limits[2] or '') .. ' ' .. (limits[3] or '')
end

-- Returns the suffix of versions: `r` if requests of the user have a limit.
local function suffix()
  local limits = redis.call('HMGET', user, 'rate', 'max_value')
  return (limits[1] or limits[2]) and 'r' or ''
end

-- Returns `<P>` or `<P>.<R>` with the suffix: a new password raises P, other changes raise R.
local function raised_version(version)
  local passwords, changes = string.match(version, '^(%d+)%.?(%d*)')
  if has_password then
    return string.format('%.0f', passwords + 1) .. suffix()
  end
  return passwords .. '.' .. string.format('%.0f', (tonumber(changes) or 0) + 1) .. suffix()
end

-- Raises the revision of each named token, so that its requests are checked against new limits.
local function raise_revisions()
  local record = redis.call('HGETALL', user)
  for index = 1, #record, 2 do
    local field, number = record[index], string.match(record[index + 1], '^(%d+)r?$')
    if number and string.sub(field, 1, 2) == 't:' then
      redis.call('HSET', user, field, string.format('%.0f', number + 1) .. suffix())
    end
  end
end

local before = request_limits()
-- NOTE: a full engine refuses a first write that adds; this one removes first.
redis.call('HDEL', user, '')
if has_password then
  redis.call('HDEL', user, 'code', 'code_ends')
end
for index = 3, #ARGV, 2 do
  local field, value = unpack(ARGV, index, index + 1)
  if value == '' then
    redis.call('HDEL', user, field)
  else
    redis.call('HSET', user, field, value)
  end
end
local has_new_limits = before ~= request_limits()
if has_new_limits then
  raise_revisions()
end
local version = redis.call('HGET', user, 'version')
if has_password or has_new_limits then
  version = raised_version(version)
  redis.call('HSET', user, 'version', version)
end
return version
