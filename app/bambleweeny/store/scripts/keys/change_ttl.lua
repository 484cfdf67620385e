-- Sets or removes a key's TTL; its content type stays.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] name (string): the key
--   ARGV[3] ttl (seconds): from now, or `none`
--   ARGV[4] if_match (string): digests with blanks between; the value must have one. Or * or ''
--   ARGV[5] if_none_match (string): likewise; it must have none
--   ARGV[6] is_wanted (flag): whether to return the entry
-- Output: the value and the metadata as stored, or OK; nil if the key does not exist
-- Errors: precondition_failed
--- @include "lib/tenant"
--- @include "lib/key_metadata"
local name, ttl, if_match, if_none_match = ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local is_wanted = ARGV[6] == '1'
local found = look_up(name, if_match, if_none_match, is_wanted)
if not found[1] then
  return false
end
local refused = refusal(name, found[1], if_match, if_none_match)
if refused then
  return refused
end
local _, content_type = expiry_and_type(found[2])
local expires = ttl == 'none' and 0 or expiry_after(ttl)
write_metadata(name, expires, content_type)
if expires == 0 then
  redis.call('PERSIST', its_key(name))
else
  redis.call('PEXPIREAT', its_key(name), expires)
end
if not is_wanted then
  return redis.status_reply('OK')
end
return {found[1], redis.call('GET', its_meta(name))}
