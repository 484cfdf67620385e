-- Leases the oldest ready items.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] name (string): the list
--   ARGV[3] most_items (integer): items of a list
--   ARGV[4] most_bytes (bytes): of a list
--   ARGV[5] most (integer): items to lease
--   ARGV[6] length (ms): of the leases, or '' for the policy's
--   ARGV[7] room (bytes): of the items together; one item may have more
-- Output: the items as stored; without one, as `pop_oldest`
-- NOTE: the first write is one that a full engine allows: consumers make room.
--- @include "lib/items"
--- @include "lib/list"
local name, most, length, room = ARGV[2], tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local list = list_of(name).settle()
length = length or (list.policy and list.policy.lease or 30) * 1000
local taken = list.take_up_to(most, room, function(item)
  list.lease(item, length)
  return packed(item)
end)
if not taken then
  return list.next_due()
end
list.save()
return taken
