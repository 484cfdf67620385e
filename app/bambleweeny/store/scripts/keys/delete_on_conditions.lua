-- Deletes a key if it meets the conditions.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] name (string): the key
--   ARGV[3] if_match (string): digests with blanks between; the value must have one. Or * or ''
--   ARGV[4] if_none_match (string): likewise; it must have none
--   ARGV[5] is_wanted (flag): whether to return the value
-- Output: the value (or true) and the metadata as stored; nil if the key does not exist
-- Errors: precondition_failed
--- @include "lib/key_metadata"
--- @function "keys/delete_key"
--- @include "lib/tenant"
local name, if_match, if_none_match, is_wanted = ARGV[2], ARGV[3], ARGV[4], ARGV[5] == '1'
local found = look_up(name, if_match, if_none_match, is_wanted)
local refused = found[1] and refusal(name, found[1], if_match, if_none_match)
if refused then
  return refused
end
digests[name] = nil
delete_key({version, name})
return found[1] and found
