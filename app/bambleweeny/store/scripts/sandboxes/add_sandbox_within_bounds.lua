-- Creates a sandbox of a user, within the number that a user may have, and reserves its bytes from
-- those of the user. The sandbox has the user's request limits.
--
-- Input
--   KEYS[1] user (hash): the record of the user
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] sandbox (string): its id
--   ARGV[3] ends (ms): when it ends
--   ARGV[4] max_sandboxes (integer): the most sandboxes of the user
--   ARGV[5] max_bytes (bytes): the most bytes of the sandbox
--   ARGV[6] token (JSON): the record of its token, whose id is that of the sandbox
--   ARGV[7..] field (string), value (string): for each further field of its record
-- Output: the name of the sandbox as a user; nil if another sandbox has the id
-- Errors: too_many_sandboxes, max_bytes_exceeded, store_full
--- @include "lib/tenant"
--- @include "lib/quota"
--- @include "sandboxes/request_limits"
local sandbox, ends, max_sandboxes = ARGV[2], ARGV[3], tonumber(ARGV[4])
local max_bytes, token = ARGV[5], ARGV[6]
if redis.call('ZSCORE', its_sandboxes, sandbox) then
  return false
end
if redis.call('ZCARD', its_sandboxes) >= max_sandboxes then
  return redis.error_reply('B9Y too_many_sandboxes')
end
-- NOTE: an engine checks its free memory only before the first write of a script.
redis.call('SETRANGE', its_probe, 0, '')
local refused = refuse_growth(tonumber(max_bytes))
if refused then
  return refused
end
redis.call('ZADD', its_sandboxes, ends, sandbox)
redis.call('HSET', its_sandbox_bytes, sandbox, max_bytes)
local name = redis.call('HGET', user, 'name') .. '~' .. sandbox
local record = string.sub(its_tag, 1, -2) .. '~' .. sandbox .. ':user'
redis.call(
  'HSET', record, 'name', name, 'role', 'user', 'version', '1', 'max_bytes', max_bytes,
  'room', max_bytes
)
copy_request_limits(user, record)
redis.call('HSET', record, unpack(ARGV, 7))
redis.call('PEXPIREAT', record, ends)
redis.call('HSET', string.sub(record, 1, -5) .. 'tokens', sandbox, token)
return name
