-- Leases the oldest ready items.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] name (string): the list
--   ARGV[3] max_items (integer): the most items of a list
--   ARGV[4] max_bytes (bytes): the most bytes of a list
--   ARGV[5] limit (integer): the most items to lease
--   ARGV[6] length (ms): of the leases; '' for the length in the policy
--   ARGV[7] room (bytes): of the items in total; the first item may have more
-- Output: the stored items; without a ready item, as `pop_oldest`
-- NOTE: the first write is one that a full engine allows, since consumers free memory.
--- @include "lib/items"
--- @include "lib/list"
local name, limit, length, room = ARGV[2], tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local list = list_of(name).process_due_once()
length = length or (list.policy and list.policy.lease or 30) * 1000
local leased = list.pop_ready_up_to(limit, room, function(item)
  list.lease(item, length)
  return packed(item)
end)
if not leased then
  return list.next_due()
end
list.save('list.lease')
return leased
