-- Replaces all data of a sandbox by those of a saved set. Items get new ids, public ids stay. Wakes
-- all that wait.
--
-- Input
--   KEYS[1] user (hash): the record of the sandbox
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] name (string): of the set; '' is the seed, which is empty if it was not saved
--   ARGV[3] max_items (integer): the most items of a list
--   ARGV[4] max_bytes (bytes): the most bytes of a list
--   ARGV[5] deletes_snapshots (flag): delete all snapshots afterwards
-- Output: the number of public ids that the sandbox had
-- Errors: not_found, store_full
--- @include "lib/tenant"
--- @include "lib/notify"
--- @include "lib/items"
--- @include "lib/quota"
--- @include "sandboxes/sets"
--- @include "sandboxes/saved_keys"
--- @include "sandboxes/saved_lists"
local name, deletes_snapshots = ARGV[2], ARGV[5] == '1'
local saved = redis.call('HGET', its_saved_sets, name)
if not saved and name ~= '' then
  return redis.error_reply('B9Y not_found')
end
local bytes = tonumber(saved or 0)
local most_bytes, room_before = unpack(redis.call('HMGET', user, 'max_bytes', 'room'))
local bytes_before = most_bytes - room_before - bytes_of_sets(its_saved_sets)
local refused = refuse_for_others(bytes - bytes_before)
if refused then
  return refused
end
-- NOTE: an engine checks its free memory only before the first write of a script.
redis.call('SETRANGE', its_probe, 0, '')
local set_tag, now_ms = tag_of_set(its_tag, name), now_in_ms()
local earlier_topics = names_in(its_topics)
local next_id = new_ids()
drop_public_ids(its_tag)
unlink_listed(
  its_lists, its_ready(''), its_list(''), its_not_ready(''), its_leased(''), its_delayed(''),
  its_dead(''), its_item_expiries('')
)
unlink_topics_and_documents(its_tag)
redis.call('UNLINK', its_idempotent, its_idempotent_old, its_once, its_once_at)
local changed = load_keys(set_tag, now_ms)
copy(under(set_tag, its_lists), its_lists)
for _, list in ipairs(names_in(its_lists)) do
  load_list(list, set_tag, next_id, now_ms)
end
copy_topics_and_documents(set_tag, its_tag)
if deletes_snapshots then
  delete_snapshots()
end

local room = most_bytes - bytes_of_sets(its_saved_sets) - bytes
redis.call('HSET', user, 'room', string.format('%.0f', room), 'last_item', text_of(next_id()))
-- Workers remember which plain routes have no document, until this number changes.
redis.call('HINCRBY', user, 'documents', 1)
for _, topics in ipairs({earlier_topics, names_in(its_topics)}) do
  for _, topic in ipairs(topics) do
    redis.pcall('PUBLISH', its_published(topic), '')
  end
end
for _, event in ipairs(watched and changed or {}) do
  notify(unpack(event))
end
for _, list in ipairs(watched and names_in(its_lists) or {}) do
  notify('list.push', list)
end
return redis.call('ZCARD', its_dropped_routes) + redis.call('ZCARD', its_dropped_bins)
