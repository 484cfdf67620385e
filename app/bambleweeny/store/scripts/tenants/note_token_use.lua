-- Stores when a named token was last used, unless it has been revoked meanwhile.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] id (string): of the token
--   ARGV[3] minute (seconds): since the epoch
-- Output: 1, or 0 if there is no such token
--- @include "lib/tenant"
local id, minute = ARGV[2], ARGV[3]
if redis.call('HEXISTS', its_tokens, id) == 0 then
  return 0
end
redis.call('HSET', its_token_uses, id, minute)
return 1
