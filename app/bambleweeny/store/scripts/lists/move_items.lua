-- Moves the first items in a state to the end of a list. They get new ids, and 0 attempts.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] name (string): the list
--   ARGV[3] max_items (integer): the most items of a list
--   ARGV[4] max_bytes (bytes): the most bytes of a list
--   ARGV[5] target (string): the list that gets the items
--   ARGV[6] state (string): `ready`, `leased`, `delayed` or `dead`
--   ARGV[7] limit (integer): the most items to move
-- Output: the number of items moved
-- Errors: quota_exceeded, max_bytes_exceeded, store_full, list_full
--- @include "lib/quota"
--- @include "lib/list"
local name, target, state, limit = ARGV[2], ARGV[5], ARGV[6], tonumber(ARGV[7])
list_of(name).process_due_once()
list_of(target).process_due_once()
local from = list_of(name)
local to = target == name and from or list_of(target)
local ids, moved = from.first_ids(state, limit), 0
if #ids == 0 then
  return 0
end
if not to.exists and quota_reached() then
  return redis.error_reply('B9Y quota_exceeded')
end
local refused = not to.exists and to.reserve(#target + 64)
if refused then
  return refused
end
for _, id in ipairs(ids) do
  local _, item = from.find(id)
  if to ~= from and not to.has_room(1, #item.body) then
    break
  end
  from.remove(id)
  item.attempts, item.reason, item.origin = 0, '', ''
  to.append(item)
  moved = moved + 1
end
if moved == 0 then
  if not to.exists then
    to.save(false)
  end
  return redis.error_reply('B9Y list_full')
end
to.save()
if from ~= to then
  from.save()
end
return moved
