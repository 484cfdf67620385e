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
--   ARGV[7] id (string): of the last item that was returned; with `newest`, or '' for none
--   ARGV[8] limit (integer): the most items to return
--   ARGV[9] room (bytes): the page ends with the item that exceeds this
--   ARGV[10] order (string): `oldest`, or `newest` for the reverse order
--   ARGV[11] preview (bytes): the most of each body to return; '' for whole bodies
-- Output: each stored item, and its score; with `preview` how many bytes each body lacks. Without a
--   ready item to return, the ms until an item of the list is due, if one is.
--- @include "lib/list"
local name, state, score, id = ARGV[2], ARGV[5], tonumber(ARGV[6]), ARGV[7]
local limit, room, order = tonumber(ARGV[8]), tonumber(ARGV[9]), ARGV[10]
local preview = tonumber(ARGV[11])
local list = list_of(name).process_due_once()
local page, lacking = list.page(state, score, id, limit, room, order == 'newest', preview)
if #page == 0 and state == 'ready' and list.due then
  return math.max(list.due - list.now_ms, 0)
end
return {page, lacking}
