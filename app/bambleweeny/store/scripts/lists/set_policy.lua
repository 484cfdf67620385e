-- Sets or removes a list's policy. A list that does not exist is made, within the quota.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] name (string): the list
--   ARGV[3] most_items (integer): items of a list
--   ARGV[4] most_bytes (bytes): of a list
--   ARGV[5] policy (JSON): or '' to remove it
-- Output: 1, or 0 if there is no policy to remove
-- Errors: quota_exceeded
--- @include "lib/tenant"
--- @include "lib/quota"
--- @include "lib/list"
local name, policy = ARGV[2], ARGV[5]
local list = list_of(name).settle()
if policy == '' and not list.policy then
  return 0
end
if not list.is_there and quota_reached() then
  return redis.error_reply('B9Y quota_exceeded')
end
if policy == '' then
  redis.call('HDEL', its_list(name), 'policy')
else
  redis.call('HSET', its_list(name), 'policy', policy)
end
list.policy = policy ~= '' and cjson.decode(policy)
list.save()
-- A paused list notifies no client that waits. So wake the clients for the items that are ready
-- now, and let them know when the next one is due.
local next_due = list.next_due()
if next_due then
  redis.pcall('PUBLISH', its_pushed(name), string.format('in %.0f', next_due))
end
for _ = 1, math.min(list.is_there and list.count('ready') or 0, 1000) do
  redis.pcall('PUBLISH', its_pushed(name), '')
end
return 1
