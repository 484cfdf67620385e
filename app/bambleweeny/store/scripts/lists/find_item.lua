-- Finds an item in any state.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] name (string): the list
--   ARGV[3] most_items (integer): items of a list
--   ARGV[4] most_bytes (bytes): of a list
--   ARGV[5] id (string): the item's id
-- Output: its state, the item as stored and its score; nil if there is no such item
--- @include "lib/items"
--- @include "lib/list"
local name, id = ARGV[2], ARGV[5]
local state, item, score = list_of(name).settle().find(id)
return state and {state, packed(item), tostring(score)} or false
