-- Pops from a list that has more than plain ready items; `pop_oldest` calls it.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] name (string): the list
--   ARGV[3] max_items (integer): the most items of a list
--   ARGV[4] max_bytes (bytes): the most bytes of a list
-- Output: as `pop_oldest`
--- @include "lib/list"
local name = ARGV[2]
local list = list_of(name).process_due_once()
local item = list.pop_ready()
if not item then
  return list.next_due()
end
list.count_consumed(item)
list.save('list.pop')
return item.body
