-- Sets or removes a key's TTL; its content type stays. Notifies followers.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] name (string): the key
--   ARGV[3] ttl (seconds): from now, or `none`
--   ARGV[4] if_match (string): digests separated by blanks; the value's must be one of them. Or
--     `*`: the key must exist. '' for no condition
--   ARGV[5] if_none_match (string): digests, `*` or ''; the value's must be none of them
--   ARGV[6] returns_entry (flag): return the entry as well
-- Output: the value and the stored metadata, or OK; nil if the key does not exist
-- Errors: precondition_failed
--- @include "lib/tenant"
--- @include "lib/notify"
--- @include "lib/key_metadata"
local name, ttl, if_match, if_none_match = ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local returns_entry = ARGV[6] == '1'
local found = read_entry(name, if_match, if_none_match, returns_entry)
if not found[1] then
  return false
end
local refused = check_conditions(name, found[1], if_match, if_none_match)
if refused then
  return refused
end
local _, content_type = expiry_and_type(found[2])
local expires = ttl == 'none' and 0 or expiry_after(ttl)
write_metadata(name, redis.call('STRLEN', its_key(name)), expires, content_type)
if expires == 0 then
  redis.call('PERSIST', its_key(name))
else
  redis.call('PEXPIREAT', its_key(name), expires)
end
notify_followers('key.change', name)
if not returns_entry then
  return redis.status_reply('OK')
end
return {found[1], redis.call('GET', its_meta(name))}
