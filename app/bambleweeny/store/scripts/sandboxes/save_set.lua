-- Saves the data of a sandbox in a set, in place of the set with that name, if it has not too much.
-- Sandboxes have a bound for all their sets, so that each of them fits into the sandbox.
--
-- Input
--   KEYS[1] user (hash): the record of the sandbox
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] name (string): of the set; '' is the seed
--   ARGV[3] max_items (integer): the most items of a list
--   ARGV[4] max_bytes (bytes): the most bytes of a list
--   ARGV[5] target (string): the id of another sandbox of the owner that gets the set, or ''; then
--     its routes and bins have new public ids
--   ARGV[6] now (ms): the time at which the clocks of the set stand still; 0 is now
--   ARGV[7] max_entries (integer): the most names, items and messages
--   ARGV[8] max_sets (integer): the most sets apart from the seed
--   ARGV[9..] earlier (string), id (string): the public ids for another sandbox
-- Output: 1, or 0 if public ids for another sandbox are missing
-- Errors: snapshot_too_large, too_many_snapshots, store_full; busy, if the other sandbox has ended
--- @include "lib/tenant"
--- @include "lib/quota"
--- @include "sandboxes/owner"
--- @include "sandboxes/sets"
--- @include "sandboxes/saved_keys"
--- @include "sandboxes/saved_lists"
local name, target, now = ARGV[2], ARGV[5], tonumber(ARGV[6])
local max_entries, max_sets = tonumber(ARGV[7]), tonumber(ARGV[8])
-- NOTE: an engine checks its free memory only before the first write of a script.
redis.call('SETRANGE', its_probe, 0, '')
now = now > 0 and now or now_in_ms()
repeat until remove_expired_names() == 0
free_expired_pushes()

local function count_entries()
  local entries = 0
  for _, index in ipairs({its_keys, its_lists, its_topics, its_routes, its_bins}) do
    entries = entries + redis.call('ZCARD', index)
  end
  if entries > max_entries then
    return entries
  end
  for _, list in ipairs(names_in(its_lists)) do
    entries = entries + redis.call('LLEN', its_ready(list))
    entries = entries + redis.call('HLEN', its_not_ready(list))
  end
  for _, topic in ipairs(names_in(its_topics)) do
    entries = entries + redis.call('XLEN', its_topic(topic))
  end
  return entries
end

local new = {}
for index = 9, #ARGV, 2 do
  local earlier, id = unpack(ARGV, index, index + 1)
  new[earlier] = id
end
if target ~= '' and not has_new_ids(its_tag, new) then
  return 0
end
if count_entries() > max_entries then
  return redis.error_reply('B9Y snapshot_too_large')
end
local most_bytes, room = unpack(redis.call('HMGET', user, 'max_bytes', 'room'))
local bytes = most_bytes - room - bytes_of_sets(its_saved_sets)
for _, part in ipairs({' idempotent', ' idempotent_old'}) do
  bytes = bytes - (redis.call('HGET', its_expiring_bytes, part) or 0)
end
local target_tag = tag_of_sandbox(target)
local sets, target_user = under(target_tag, its_saved_sets), under(target_tag, user)
local most_of_target = tonumber(redis.call('HGET', target_user, 'max_bytes') or nil)
if not most_of_target then
  return redis.error_reply('B9Y busy')
end
local total, largest, count = bytes_of_sets(sets, name)
if total + bytes + math.max(largest, bytes) > most_of_target then
  return redis.error_reply('B9Y snapshot_too_large')
end
if name ~= '' and count >= max_sets then
  return redis.error_reply('B9Y too_many_snapshots')
end
local set_tag = tag_of_set(target_tag, name)
local earlier_bytes = tonumber(redis.call('HGET', sets, name) or 0)
local refused = refuse_for_others(bytes - earlier_bytes)
if refused then
  return refused
end
if target == '' and name ~= '' then
  drop_public_ids(set_tag)
end
unlink_set(set_tag)
-- NOTE: a key may have expired just now, although its name was not removed.
for _, key in ipairs(save_keys(set_tag, now)) do
  bytes = bytes - #key - (redis.call('HGET', its_expiring_bytes, key) or 0) - 64
end
copy(its_lists, under(set_tag, its_lists))
for _, list in ipairs(names_in(its_lists)) do
  save_list(list, set_tag, now)
end
copy_topics_and_documents(its_tag, set_tag)
if target ~= '' then
  replace_public_ids(set_tag, new)
end
redis.call('HSET', sets, name, string.format('%.0f', bytes))
redis.call('HINCRBY', target_user, 'room', earlier_bytes - bytes)
return 1
