-- Deletes an item in any state.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] name (string): the list
--   ARGV[3] max_items (integer): the most items of a list
--   ARGV[4] max_bytes (bytes): the most bytes of a list
--   ARGV[5] id (string): the item's id
-- Output: 1, or 0 if there is no such item
--- @include "lib/list"
local name, id = ARGV[2], ARGV[5]
local list = list_of(name).process_due_once()
if not list.remove(id) then
  return 0
end
list.save()
return 1
