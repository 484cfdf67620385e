-- KEYS[1] an index; ARGV[1] how many of what it lists to delete, ARGV[2..] what stands
-- before a name in the names of what belongs to it. Gives how many were deleted.
-- NOTE: what is deleted is not declared, since only the index names it. It carries the
-- hash tag of the index, so it is in the same slot of a Cluster, and that is at rest.
local names = redis.call('ZRANGE', KEYS[1], 0, ARGV[1] - 1)
local listed = {}
for prefix = 2, #ARGV do
  for _, name in ipairs(names) do
    listed[#listed + 1] = ARGV[prefix] .. name
  end
end
if #names > 0 then
  redis.call('UNLINK', unpack(listed))
  redis.call('ZREMRANGEBYRANK', KEYS[1], 0, #names - 1)
end
return #names
