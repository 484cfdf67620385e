-- Adds a named token, or changes one if its record is as the caller knows it. Each change raises
-- the token's revision in the user's record, which every call with the token compares.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] id (string): of the token
--   ARGV[3] expected (JSON): its record as the caller knows it; '' for a new token
--   ARGV[4] record (JSON)
--   ARGV[5..] expired (string): ids of tokens to remove before, at most 5,000
-- Output: 1, or 0 if another call has changed the token
-- Errors: too_many_tokens
--- @include "lib/tenant"
--- @function "tenants/remove_tokens"
local id, expected, record = ARGV[2], ARGV[3], ARGV[4]
local default_max_tokens = 100
local found = redis.call('HGET', its_tokens, id) or ''
if found ~= expected then
  return 0
end
remove_tokens({version, unpack(ARGV, 5)})
if expected == '' then
  local max_tokens = tonumber(redis.call('HGET', user, 'max_tokens') or default_max_tokens)
  if redis.call('HLEN', its_tokens) >= max_tokens then
    return redis.error_reply('B9Y too_many_tokens')
  end
end
redis.call('HSET', its_tokens, id, record)
redis.call('HINCRBY', user, 't:' .. id, 1)
return 1
