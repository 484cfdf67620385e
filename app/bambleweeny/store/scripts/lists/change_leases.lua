-- Acknowledges, retries, extends or buries leased items.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] name (string): the list
--   ARGV[3] most_items (integer): items of a list
--   ARGV[4] most_bytes (bytes): of a list
--   ARGV[5..] verb (string), lease (string), argument (string): for each lease: `ack`; `retry` with
--     the delay in ms; `extend` with the length in ms, or '' for the policy's; `bury` with a reason
-- Output: 1 or an error for each lease. Leases whose items cost much to place may be left to the
--   next call, then only the first ones have replies, at least one.
-- Errors: lease_not_found, for each lease
--- @include "lib/items"
--- @include "lib/list"
local name = ARGV[2]
local list, replies = list_of(name).settle(), {}
local default = (list.policy and list.policy.lease or 30) * 1000
local verbs = {
  ack = list.acknowledge,
  bury = list.bury,
  retry = function(item, wait) list.retry(item, tonumber(wait)) end,
  extend = function(item, wait) list.extend(item, tonumber(wait) or default) end,
}
for index = 5, #ARGV, 3 do
  if #replies > 0 and passed > most_passed then
    break
  end
  local verb, lease, argument = unpack(ARGV, index, index + 2)
  local id, attempt = string.match(lease, '^(%d+)%.(%d+)$')
  local item = id and list.leased(id, tonumber(attempt))
  if item then
    verbs[verb](item, argument)
  end
  replies[#replies + 1] = item and 1 or redis.error_reply('B9Y lease_not_found')
end
list.save()
return replies
