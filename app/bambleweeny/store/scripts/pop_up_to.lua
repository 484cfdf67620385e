-- ARGV[2] a list's name, ARGV[5] how many items, ARGV[6] how many bytes. Gives the bodies of the
-- oldest items, at least one where there is one; without any what `pop_oldest` gives.
local list, bodies, room = list_of(ARGV[2]).settle(), {}, tonumber(ARGV[6])
while #bodies < tonumber(ARGV[5]) do
  local item = list.take()
  if not item then
    break
  end
  room = room - #item.body
  if room < 0 and #bodies > 0 then
    list.put_back(item)
    break
  end
  list.finish(item)
  bodies[#bodies + 1] = item.body
end
if #bodies == 0 then
  return list.next_due()
end
list.save()
return bodies
