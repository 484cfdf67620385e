-- Removes the oldest ready items and returns their bodies.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] name (string): the list
--   ARGV[3] most_items (integer): items of a list
--   ARGV[4] most_bytes (bytes): of a list
--   ARGV[5] most (integer): items to pop
--   ARGV[6] room (bytes): of the items together; one item may have more
-- Output: the bodies; without one, as `pop_oldest`
--- @include "lib/list"
local name, most, room = ARGV[2], tonumber(ARGV[5]), tonumber(ARGV[6])
local list = list_of(name).settle()
local bodies = list.take_up_to(most, room, function(item)
  list.count_out(item)
  return item.body
end)
if not bodies then
  return list.next_due()
end
list.save()
return bodies
