-- ARGV[2] a list's name, ARGV[5] how many items, ARGV[6] for how many milliseconds, or nothing for
-- what the list's policy says, ARGV[7] how many bytes. Gives the oldest items as they are kept, at
-- least one where there is one; without any what `pop_oldest` gives.
-- NOTE: the first write is one that a full engine allows: it is consumers who make room.
local list, taken, room = list_of(ARGV[2]).settle(), {}, tonumber(ARGV[7])
local lasting = tonumber(ARGV[6]) or (list.policy and list.policy.lease or 30) * 1000
while #taken < tonumber(ARGV[5]) do
  local item = list.take()
  if not item then
    break
  end
  room = room - #item.body
  if room < 0 and #taken > 0 then
    list.put_back(item)
    break
  end
  list.lease(item, lasting)
  taken[#taken + 1] = packed(item)
end
if #taken == 0 then
  return list.next_due()
end
list.save()
return taken
