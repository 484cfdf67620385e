-- What `pop_oldest` does where a list has more than plain ready items.
local list = list_of(ARGV[2]).settle()
local item = list.take()
if not item then
  return list.next_due()
end
list.finish(item)
list.save()
return item.body
