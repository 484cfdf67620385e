-- ARGV[2] a list's name, ARGV[5] the list to whose end items go, ARGV[6] their state, ARGV[7] how
-- many at most. They get new ids there, and it is forgotten how often they were tried. Gives how many went.
local name, target = ARGV[2], ARGV[5]
list_of(name).settle()
list_of(target).settle()
local from = list_of(name)
local to = target == name and from or list_of(target)
local ids, moved = from.first_ids(ARGV[6], tonumber(ARGV[7])), 0
if #ids > 0 and not to.is_there and quota_reached() then
  return redis.error_reply('B9Y quota_exceeded')
end
for _, id in ipairs(ids) do
  local _, item = from.find(id)
  if to ~= from and not to.has_room(1, #item.body) then
    break
  end
  from.remove(id)
  item.attempts, item.reason, item.origin = 0, '', ''
  to.append(item)
  moved = moved + 1
end
if moved == 0 then
  return #ids > 0 and redis.error_reply('B9Y list_full') or 0
end
to.save()
if from ~= to then
  from.save()
end
return moved
