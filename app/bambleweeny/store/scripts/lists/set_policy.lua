-- ARGV[2] a list's name, ARGV[5] its policy as JSON, or nothing. A list that is not there is made,
-- within the quota. Gives 1, or 0 where there was no policy to end.
local list = list_of(ARGV[2]).settle()
if ARGV[5] == '' and not list.policy then
  return 0
end
if not list.is_there and quota_reached() then
  return redis.error_reply('B9Y quota_exceeded')
end
if ARGV[5] == '' then
  redis.call('HDEL', its_list(ARGV[2]), 'policy')
else
  redis.call('HSET', its_list(ARGV[2]), 'policy', ARGV[5])
end
list.policy = ARGV[5] ~= '' and cjson.decode(ARGV[5])
list.save()
-- Those who wait may find something now that it is not paused any more, or when it is time; while
-- it was paused nobody was told of that.
local next_due = list.next_due()
if next_due then
  redis.pcall('PUBLISH', its_pushed(ARGV[2]), string.format('in %.0f', next_due))
end
for _ = 1, math.min(list.is_there and list.count('ready') or 0, 1000) do
  redis.pcall('PUBLISH', its_pushed(ARGV[2]), '')
end
return 1
