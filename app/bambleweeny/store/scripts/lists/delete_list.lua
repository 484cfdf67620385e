-- Deletes a list with all its items and its policy.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] name (string): the list
-- Output: 1, or 0 if the list does not exist; the time in microseconds
--- @include "lib/tenant"
local name = ARGV[2]
redis.call(
  'UNLINK', its_ready(name), its_list(name), its_not_ready(name), its_leased(name),
  its_delayed(name), its_dead(name), its_item_expiries(name)
)
local now = redis.call('TIME')
return {redis.call('ZREM', its_lists, name), now[1] * 1000000 + now[2]}
