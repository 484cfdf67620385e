-- Writes a key with its TTL and content type if it meets the conditions. A new key is created only
-- within the quota.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] name (string): the key
--   ARGV[3] value (bytes)
--   ARGV[4] if_match (string): digests separated by blanks; the value's must be one of them. Or
--     `*`: the key must exist. '' for no condition
--   ARGV[5] if_none_match (string): digests, `*` or ''; the value's must be none of them
--   ARGV[6] ttl (seconds): from now, or `keep`, or '' for none
--   ARGV[7] content_type (string): or `keep`, or '' for none
--   ARGV[8] returns_entry (flag): return the earlier entry as well
-- Output: the earlier value (or nil) and its stored metadata, or OK
-- Errors: precondition_failed, quota_exceeded, max_bytes_exceeded, store_full
--- @include "lib/quota"
--- @include "lib/key_metadata"
local name, value, if_match, if_none_match = ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local ttl, content_type, returns_entry = ARGV[6], ARGV[7], ARGV[8] == '1'
local found = read_entry(name, if_match, if_none_match, returns_entry)
local refused = check_conditions(name, found[1], if_match, if_none_match)
if refused then
  return refused
end
if not found[1] then
  refused = refusal_of_key(name)
  if refused then
    return refused
  end
end
refused = refuse_key(name, #value)
if refused then
  return refused
end
local expires, earlier_type = expiry_and_type(found[2])
if ttl ~= 'keep' then
  expires = ttl == '' and 0 or expiry_after(ttl)
end
write_key(name, value, expires, content_type == 'keep' and earlier_type or content_type)
return returns_entry and found or redis.status_reply('OK')
