-- Reads the next items of a list in a state.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] name (string): the list
--   ARGV[3] most_items (integer): items of a list
--   ARGV[4] most_bytes (bytes): of a list
--   ARGV[5] state (string): `ready`, `leased`, `delayed` or `dead`
--   ARGV[6] score (number): of the last item that was returned
--   ARGV[7] id (string): of the last item that was returned
--   ARGV[8] most (integer): items to return
--   ARGV[9] room (bytes): the page ends once its items have more
-- Output: each item as stored, and its score
--- @include "lib/list"
local name, state, score, id = ARGV[2], ARGV[5], tonumber(ARGV[6]), ARGV[7]
local most, room = tonumber(ARGV[8]), tonumber(ARGV[9])
return list_of(name).settle().page(state, score, id, most, room)
