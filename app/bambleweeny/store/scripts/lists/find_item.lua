-- Finds an item in any state.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] name (string): the list
--   ARGV[3] max_items (integer): the most items of a list
--   ARGV[4] max_bytes (bytes): the most bytes of a list
--   ARGV[5] id (string): the item's id
-- Output: the item's state, the stored item and its score; nil if there is no such item
--- @include "lib/items"
--- @include "lib/list"
local name, id = ARGV[2], ARGV[5]
local state, item, score = list_of(name).process_due_once().find(id)
return state and {state, packed(item), tostring(score)} or false
