-- What `pop_oldest` does with a list that has more than plain ready items.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] name (string): the list
--   ARGV[3] most_items (integer): items of a list
--   ARGV[4] most_bytes (bytes): of a list
-- Output: as `pop_oldest`
--- @include "lib/list"
local name = ARGV[2]
local list = list_of(name).settle()
local item = list.take()
if not item then
  return list.next_due()
end
list.count_out(item)
list.save()
return item.body
