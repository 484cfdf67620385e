-- Revokes named tokens: the next call with one of them is refused.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2..] id (string): of each token
-- Output: the number of tokens that existed
--- @include "lib/tenant"
local removed = 0
for index = 2, #ARGV do
  local id = ARGV[index]
  redis.call('HDEL', user, 't:' .. id)
  redis.call('HDEL', its_token_uses, id)
  redis.call('HDEL', its_rates, 'token:' .. id)
  removed = removed + redis.call('HDEL', its_tokens, id)
end
return removed
