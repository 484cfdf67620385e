-- Deletes a key if it meets the conditions.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] name (string): the key
--   ARGV[3] if_match (string): digests separated by blanks; the value's must be one of them. Or
--     `*`: the key must exist. '' for no condition
--   ARGV[4] if_none_match (string): digests, `*` or ''; the value's must be none of them
--   ARGV[5] returns_entry (flag): return the value as well
-- Output: the value (or true) and the stored metadata; nil if the key does not exist
-- Errors: precondition_failed
--- @include "lib/key_metadata"
--- @function "keys/delete_key"
--- @include "lib/tenant"
local name, if_match, if_none_match, returns_entry = ARGV[2], ARGV[3], ARGV[4], ARGV[5] == '1'
local found = read_entry(name, if_match, if_none_match, returns_entry)
local refused = found[1] and check_conditions(name, found[1], if_match, if_none_match)
if refused then
  return refused
end
digests[name] = nil
delete_key({version, name})
return found[1] and found
