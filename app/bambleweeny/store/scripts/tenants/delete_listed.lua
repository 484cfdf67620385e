-- Deletes the keys of the first names of an index, and the names.
--
-- Input
--   KEYS[1] names_index (sorted set)
--   ARGV[1] limit (integer): the most names to delete
--   ARGV[2..] prefix (string): the prefix of the keys' names, for each kind of key
-- Output: the number of names deleted
-- NOTE: the deleted keys are not declared, since only the index names them. They carry its hash
-- tag, so they are in the same slot of a Cluster, and that slot does not move meanwhile.
local names_index, limit = KEYS[1], tonumber(ARGV[1])
local names = redis.call('ZRANGE', names_index, 0, limit - 1)
local listed = {}
for index = 2, #ARGV do
  for _, name in ipairs(names) do
    listed[#listed + 1] = ARGV[index] .. name
  end
end
if #names > 0 then
  redis.call('UNLINK', unpack(listed))
  redis.call('ZREMRANGEBYRANK', names_index, 0, #names - 1)
end
return #names
