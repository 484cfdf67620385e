-- Sets or removes a list's policy. A new list is created only within the quota.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] name (string): the list
--   ARGV[3] max_items (integer): the most items of a list
--   ARGV[4] max_bytes (bytes): the most bytes of a list
--   ARGV[5] policy (JSON): or '' to remove it
-- Output: 1, or 0 if there is no policy to remove
-- Errors: quota_exceeded, max_bytes_exceeded, store_full
--- @include "lib/tenant"
--- @include "lib/quota"
--- @include "lib/list"
local name, policy = ARGV[2], ARGV[5]
local list = list_of(name).process_due_once()
if policy == '' and not list.policy then
  return 0
end
if not list.exists and quota_reached() then
  return redis.error_reply('B9Y quota_exceeded')
end
local refused = not list.exists and list.reserve(#name + 64)
if refused then
  return refused
end
if policy == '' then
  redis.call('HDEL', its_list(name), 'policy')
else
  redis.call('HSET', its_list(name), 'policy', policy)
end
list.policy = policy ~= '' and cjson.decode(policy)
list.save()
-- A paused list wakes no waiting client. So wake clients for the items that are ready now, and
-- notify them of the time when the next item is due.
local next_due = list.next_due()
if next_due then
  redis.pcall('PUBLISH', its_pushed(name), string.format('in %.0f', next_due))
end
for _ = 1, math.min(list.exists and list.count('ready') or 0, 1000) do
  redis.pcall('PUBLISH', its_pushed(name), '')
end
return 1
