-- Deletes the next keys of a tenant: ARGV[2] where to begin in the index, ARGV[3] where to end,
-- ARGV[4] how many. Gives how many there were, and the last name, or nothing at the end.
local names = redis.call('ZRANGEBYLEX', its_keys, ARGV[2], ARGV[3], 'LIMIT', 0, ARGV[4])
local deleted = 0
for _, name in ipairs(names) do
  deleted = deleted + delete_key({ARGV[1], name})
end
return {deleted, #names == tonumber(ARGV[4]) and names[#names]}
