-- Deletes the next keys of a range of names.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] begin (string): the lower bound of the names, as ZRANGEBYLEX takes it
--   ARGV[3] stop (string): the upper bound, likewise
--   ARGV[4] limit (integer): the most names to delete
-- Output: the number of keys deleted; the last name, or nil at the end of the range
--- @include "lib/tenant"
--- @function "keys/delete_key"
local begin, stop, limit = ARGV[2], ARGV[3], tonumber(ARGV[4])
local names = redis.call('ZRANGEBYLEX', its_keys, begin, stop, 'LIMIT', 0, limit)
local deleted = 0
for _, name in ipairs(names) do
  deleted = deleted + delete_key({version, name})
end
return {deleted, #names == limit and names[#names]}
