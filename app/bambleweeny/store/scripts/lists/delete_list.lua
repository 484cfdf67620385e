-- Deletes a list with all its items and its policy.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] name (string): the list
-- Output: 1, or 0 if the list does not exist; the time in microseconds
--- @include "lib/tenant"
--- @include "lib/list_counters"
--- @lazy "lib/notify" notify_followers
local name = ARGV[2]
local counters = redis.call('HGET', its_list(name), 'numbers')
local items = redis.call('LLEN', its_ready(name)) + redis.call('HLEN', its_not_ready(name))
redis.call(
  'UNLINK', its_ready(name), its_list(name), its_not_ready(name), its_leased(name),
  its_delayed(name), its_dead(name), its_item_expiries(name)
)
local existed, now = redis.call('ZREM', its_lists, name), redis.call('TIME')
if existed == 1 then
  local _, bytes = struct.unpack(counters_format, counters)
  redis.call('HINCRBY', user, 'room', #name + 64 + bytes + 64 * items)
  if watched then
    notify_followers('list.change', name)
  end
end
return {existed, now[1] * 1000000 + now[2]}
