-- ARGV[2] a list's name, ARGV[5] how many items, ARGV[6] for how many milliseconds, or nothing for
-- what the list's policy says, ARGV[7] how many bytes. Gives the oldest items as they are kept, at
-- least one where there is one; without any what `pop_oldest` gives.
-- NOTE: the first write is one that a full engine allows: it is consumers who make room.
local list = list_of(ARGV[2]).settle()
local lasting = tonumber(ARGV[6]) or (list.policy and list.policy.lease or 30) * 1000
local taken = list.take_up_to(tonumber(ARGV[5]), tonumber(ARGV[7]), function(item)
  list.lease(item, lasting)
  return packed(item)
end)
if not taken then
  return list.next_due()
end
list.save()
return taken
