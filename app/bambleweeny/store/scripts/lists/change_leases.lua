-- Acknowledges, retries, extends or buries leased items.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] name (string): the list
--   ARGV[3] max_items (integer): the most items of a list
--   ARGV[4] max_bytes (bytes): the most bytes of a list
--   ARGV[5..] verb (string), lease (string), argument (string): for each lease: `ack`; `retry` with
--     the delay in ms; `extend` with the length in ms, or '' for the policy's; `bury` with a reason
-- Output: 1 or an error for each lease. If items are expensive to insert, only the first leases, at
--   least one, have replies; the others are left to the next call.
-- Errors: lease_not_found, for each lease
--- @include "lib/items"
--- @include "lib/list"
--- @lazy "lib/notify" notify_followers
--- @include "lib/tenant"
local name = ARGV[2]
local list, replies = list_of(name).process_due_once(), {}
local has_acknowledged, has_changed
local default = (list.policy and list.policy.lease or 30) * 1000
local verbs = {
  ack = list.acknowledge,
  bury = list.bury,
  retry = function(item, wait) list.retry(item, tonumber(wait)) end,
  extend = function(item, wait) list.extend(item, tonumber(wait) or default) end,
}
for index = 5, #ARGV, 3 do
  if #replies > 0 and work_done > max_work then
    break
  end
  local verb, lease, argument = unpack(ARGV, index, index + 2)
  local id, attempt = string.match(lease, '^(%d+)%.(%d+)$')
  local item = id and list.read_leased(id, tonumber(attempt))
  if item then
    verbs[verb](item, argument)
    if verb == 'ack' then
      has_acknowledged = true
    else
      has_changed = true
    end
  end
  replies[#replies + 1] = item and 1 or redis.error_reply('B9Y lease_not_found')
end
list.save(has_acknowledged and 'list.ack' or has_changed and 'list.change' or false)
if has_acknowledged and has_changed and watched then
  notify_followers('list.change', name)
end
return replies
