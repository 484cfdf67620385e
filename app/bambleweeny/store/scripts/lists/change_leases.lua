-- ARGV[2] a list's name, ARGV[5..] for each lease what to do, the lease and an argument: `ack`;
-- `retry` and `extend` with milliseconds, where nothing for `extend` is what the policy says;
-- `bury` with a reason. Returns a reply for each, an error where there is no such lease. What has
-- to find the places of many items stops early, after one at least: the first ones have replies.
local list, replies = list_of(ARGV[2]).settle(), {}
local lasting = (list.policy and list.policy.lease or 30) * 1000
local verbs = {
  ack = list.acknowledge,
  bury = list.bury,
  retry = function(item, wait) list.retry(item, tonumber(wait)) end,
  extend = function(item, wait) list.extend(item, tonumber(wait) or lasting) end,
}
for index = 5, #ARGV, 3 do
  if #replies > 0 and passed > most_passed then
    break
  end
  local id, attempt = string.match(ARGV[index + 1], '^(%d+)%.(%d+)$')
  local item = id and list.leased(id, tonumber(attempt))
  if item then
    verbs[ARGV[index]](item, ARGV[index + 2])
  end
  replies[#replies + 1] = item and 1 or redis.error_reply('B9Y lease_not_found')
end
list.save()
return replies
