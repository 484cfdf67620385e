-- ARGV[2] a list's name, ARGV[5] how many items, ARGV[6] how many bytes. Gives the bodies of the
-- oldest items, at least one where there is one; without any what `pop_oldest` gives.
local list = list_of(ARGV[2]).settle()
local bodies = list.take_up_to(tonumber(ARGV[5]), tonumber(ARGV[6]), function(item)
  list.finish(item)
  return item.body
end)
if not bodies then
  return list.next_due()
end
list.save()
return bodies
