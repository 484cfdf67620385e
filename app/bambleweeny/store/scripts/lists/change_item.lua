-- Makes an item that is not leased ready or dead.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] name (string): the list
--   ARGV[3] max_items (integer): the most items of a list
--   ARGV[4] max_bytes (bytes): the most bytes of a list
--   ARGV[5] id (string): the item's id
--   ARGV[6] wanted (string): `ready` or `dead`
--   ARGV[7] reason (string): of the death; '' for none
-- Output: the list that has the item then, its id and its state; nil if there is no such item
-- Errors: item_leased
--- @include "lib/notify"
--- @include "lib/items"
--- @include "lib/list"
local name, id, wanted, reason = ARGV[2], ARGV[5], ARGV[6], ARGV[7]
local list = list_of(name).process_due_once()
local state, item, score, index, data = list.find(id)
if not state then
  return false
elseif state == 'leased' then
  return redis.error_reply('B9Y item_leased')
elseif state ~= wanted then
  list.take_out(state, item, index, data)
  if wanted == 'ready' then
    list.make_ready(item, state, tonumber(score))
    notify('list.push', name)
  else
    local place = list.make_dead(item, reason)
    name, wanted = place, place == name and 'dead' or 'ready'
  end
  list.save()
elseif wanted == 'dead' and reason ~= '' then
  item.reason = reason
  list.store_in_state(item, 'dead', score)
end
return {name, text_of(item.id), wanted}
