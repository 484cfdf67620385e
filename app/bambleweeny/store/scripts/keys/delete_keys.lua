-- Deletes the next keys of a range of names.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] begin (string): where to begin in the index, as ZRANGEBYLEX has it
--   ARGV[3] stop (string): where to stop, likewise
--   ARGV[4] most (integer): names to look at
-- Output: how many keys there were; the last name, or nil at the end of the range
--- @include "lib/tenant"
--- @function "keys/delete_key"
local begin, stop, most = ARGV[2], ARGV[3], tonumber(ARGV[4])
local names = redis.call('ZRANGEBYLEX', its_keys, begin, stop, 'LIMIT', 0, most)
local deleted = 0
for _, name in ipairs(names) do
  deleted = deleted + delete_key({version, name})
end
return {deleted, #names == most and names[#names]}
