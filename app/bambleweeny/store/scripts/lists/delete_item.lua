-- ARGV[2] a list's name, ARGV[5] an item's id. Deletes it in whichever state it is. Gives 1, or 0
-- where there was no such item.
local list = list_of(ARGV[2]).settle()
if not list.remove(ARGV[5]) then
  return 0
end
list.save()
return 1
