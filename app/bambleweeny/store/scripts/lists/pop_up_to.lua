-- Removes the oldest ready items and returns their bodies.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] name (string): the list
--   ARGV[3] max_items (integer): the most items of a list
--   ARGV[4] max_bytes (bytes): the most bytes of a list
--   ARGV[5] limit (integer): the most items to pop
--   ARGV[6] room (bytes): of the items in total; the first item may have more
-- Output: the bodies; without a ready item, as `pop_oldest`
--- @include "lib/list"
local name, limit, room = ARGV[2], tonumber(ARGV[5]), tonumber(ARGV[6])
local list = list_of(name).process_due_once()
local bodies = list.pop_ready_up_to(limit, room, function(item)
  list.count_consumed(item)
  return item.body
end)
if not bodies then
  return list.next_due()
end
list.save('list.pop')
return bodies
