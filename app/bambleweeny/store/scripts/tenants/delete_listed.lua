-- Deletes the keys of the first names of an index, and the names.
--
-- Input
--   KEYS[1] index (sorted set)
--   ARGV[1] most (integer): names to delete
--   ARGV[2..] prefix (string): what is before a name in the name of a key, for each kind of key
-- Output: how many names were deleted
-- NOTE: the deleted keys are not declared, since only the index names them. They carry its hash
-- tag, so they are in the same slot of a Cluster, and that slot does not move meanwhile.
local index, most = KEYS[1], tonumber(ARGV[1])
local names = redis.call('ZRANGE', index, 0, most - 1)
local listed = {}
for place = 2, #ARGV do
  for _, name in ipairs(names) do
    listed[#listed + 1] = ARGV[place] .. name
  end
end
if #names > 0 then
  redis.call('UNLINK', unpack(listed))
  redis.call('ZREMRANGEBYRANK', index, 0, #names - 1)
end
return #names
