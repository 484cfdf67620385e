-- Reads the next items of a list in a state. Processes due items first.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] name (string): the list
--   ARGV[3] max_items (integer): the most items of a list
--   ARGV[4] max_bytes (bytes): the most bytes of a list
--   ARGV[5] state (string): `ready`, `leased`, `delayed` or `dead`
--   ARGV[6] score (number): of the last item that was returned
--   ARGV[7] id (string): of the last item that was returned
--   ARGV[8] limit (integer): the most items to return
--   ARGV[9] room (bytes): the page ends with the item that exceeds this
-- Output: each stored item, and its score
--- @include "lib/list"
local name, state, score, id = ARGV[2], ARGV[5], tonumber(ARGV[6]), ARGV[7]
local limit, room = tonumber(ARGV[8]), tonumber(ARGV[9])
return list_of(name).process_due_once().page(state, score, id, limit, room)
