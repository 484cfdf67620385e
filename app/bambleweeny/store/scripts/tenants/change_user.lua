-- Changes fields of a user's record, and raises the version of its sessions and the revisions of
-- its named tokens as far as the change concerns them. Its sandboxes get new request limits too.
-- Another `max_bytes` changes its `room` by the difference.
--
-- Input
--   KEYS[1] user (hash): the user's record
--   ARGV[1] has_password (flag): there is a new password, which ends sessions and an open code
--   ARGV[2] code (string): the digest of the code that the user must have; empty: any or none
--   ARGV[3..] field (string), value (bytes): for each field to set; an empty value removes it
-- Output: the version of the user's sessions, or nil if the user, or the code, does not exist
--- @include "sandboxes/request_limits"
--- @function "tenants/raise_version"
--- @function "tenants/bytes_allowed"
local user, has_password, code = KEYS[1], ARGV[1] == '1', ARGV[2]
if redis.call('EXISTS', user) == 0 or (code ~= '' and redis.call('HGET', user, 'code') ~= code) then
  return false
end

local function request_limits()
  return cjson.encode(redis.call('HMGET', user, unpack(limit_fields)))
end

local function allowed_now()
  return bytes_allowed({redis.call('HGET', user, 'max_bytes')})
end

-- Raises the revision of each named token, so that its requests are checked against new limits.
local function raise_revisions(record)
  for _, field in ipairs(redis.call('HKEYS', record)) do
    if string.sub(field, 1, 2) == 't:' then
      redis.call('HINCRBY', record, field, 1)
    end
  end
end

local function limit_sandboxes()
  local owner_tag = string.sub(user, 1, -6)
  for _, sandbox in ipairs(redis.call('ZRANGE', owner_tag .. ':sandboxes', 0, -1)) do
    local record = owner_tag .. '~' .. sandbox .. ':user'
    if redis.call('EXISTS', record) == 1 then
      copy_request_limits(user, record)
      raise_revisions(record)
    end
  end
end

local before, allowed_before = request_limits(), allowed_now()
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
local added = allowed_now() - allowed_before
if added ~= 0 then
  redis.call('HINCRBY', user, 'room', added)
end
local has_new_limits = before ~= request_limits()
if has_new_limits then
  raise_revisions(user)
  limit_sandboxes()
end
if has_password or has_new_limits then
  return raise_version({has_password and 1 or 0, has_new_limits and 1 or 0})
end
return redis.call('HGET', user, 'version')
