-- Deletes the first items in a state.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] name (string): the list
--   ARGV[3] most_items (integer): items of a list
--   ARGV[4] most_bytes (bytes): of a list
--   ARGV[5] state (string): `ready`, `leased`, `delayed` or `dead`
--   ARGV[6] most (integer): items to delete
-- Output: how many were deleted
--- @include "lib/list"
local name, state, most = ARGV[2], ARGV[5], tonumber(ARGV[6])
local list = list_of(name).settle()
local ids = list.first_ids(state, most)
for _, id in ipairs(ids) do
  list.remove(id)
end
if #ids > 0 then
  list.save()
end
return #ids
