-- Deletes the first items in a state.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] name (string): the list
--   ARGV[3] max_items (integer): the most items of a list
--   ARGV[4] max_bytes (bytes): the most bytes of a list
--   ARGV[5] state (string): `ready`, `leased`, `delayed` or `dead`
--   ARGV[6] limit (integer): the most items to delete
-- Output: the number of items deleted
--- @include "lib/list"
local name, state, limit = ARGV[2], ARGV[5], tonumber(ARGV[6])
local list = list_of(name).process_due_once()
local ids = list.first_ids(state, limit)
for _, id in ipairs(ids) do
  list.remove(id)
end
if #ids > 0 then
  list.save()
end
return #ids
