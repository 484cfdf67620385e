-- Copies a saved set of a sandbox: the copy is the seed of another sandbox of the owner, which has
-- no data yet. Its routes and bins get new public ids.
--
-- Input
--   KEYS[1] user (hash): the record of the sandbox
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] name (string): of the set
--   ARGV[3] target (string): the id of the other sandbox
--   ARGV[4..] earlier (string), id (string): the public ids
-- Output: 1, or 0 if public ids are missing
-- Errors: not_found, store_full; busy, if the other sandbox has ended
--- @include "lib/tenant"
--- @include "lib/quota"
--- @include "sandboxes/owner"
--- @include "sandboxes/sets"
local name, target = ARGV[2], ARGV[3]
local bytes = redis.call('HGET', its_saved_sets, name)
if not bytes then
  return redis.error_reply('B9Y not_found')
end
local source_tag, target_tag = tag_of_set(its_tag, name), tag_of_sandbox(target)
local set_tag, target_user = tag_of_set(target_tag, ''), under(target_tag, user)
if redis.call('EXISTS', target_user) == 0 then
  return redis.error_reply('B9Y busy')
end
local new = {}
for index = 4, #ARGV, 2 do
  local earlier, id = unpack(ARGV, index, index + 1)
  new[earlier] = id
end
if not has_new_ids(source_tag, new) then
  return 0
end
local refused = refuse_for_others(tonumber(bytes))
if refused then
  return refused
end
-- NOTE: an engine checks its free memory only before the first write of a script.
redis.call('SETRANGE', its_probe, 0, '')
for _, part in ipairs({its_keys, its_values, its_metas, its_lists}) do
  copy(under(source_tag, part), under(set_tag, part))
end
for _, list in ipairs(names_in(under(set_tag, its_lists))) do
  for _, part in ipairs({its_list(list), its_ready(list)}) do
    copy(under(source_tag, part), under(set_tag, part))
  end
end
copy_topics_and_documents(source_tag, set_tag)
replace_public_ids(set_tag, new)
redis.call('HSET', under(target_tag, its_saved_sets), '', bytes)
redis.call('HINCRBY', target_user, 'room', 0 - bytes)
return 1
