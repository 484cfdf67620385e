-- ARGV[2] a list's name, ARGV[5] a state, ARGV[6] how many at most. Deletes the first items in that
-- state and gives how many.
local list = list_of(ARGV[2]).settle()
local ids = list.first_ids(ARGV[5], tonumber(ARGV[6]))
for _, id in ipairs(ids) do
  list.remove(id)
end
if #ids > 0 then
  list.save()
end
return #ids
