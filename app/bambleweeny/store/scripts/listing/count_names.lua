-- Counts names of a noun.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] noun (string): `keys`, `lists` or `topics`
--   ARGV[3] prefix (string): of the names to count, or ''
-- Output: how many; nil if more than 1,000 keys have expired. Then some of them are removed from
--   the index, and the caller asks again.
--- @include "lib/tenant"
--- @include "lib/quota"
local noun, prefix = ARGV[2], ARGV[3]
local is_keys = noun == 'keys'
local index = is_keys and its_keys or noun == 'topics' and its_topics or its_lists
if prefix == '' then
  return redis.call('ZCARD', index) - (is_keys and expired() or 0)
end
local count = redis.call('ZLEXCOUNT', index, '[' .. prefix, '(' .. prefix .. '\255')
if not is_keys then
  return count
end
local gone = redis.call('ZRANGEBYSCORE', its_expiring, '-inf', now_in_ms(), 'LIMIT', 0, 1001)
if #gone > 1000 then
  for _ = 1, 10 do
    forget_expired()
  end
  return false
end
for _, name in ipairs(gone) do
  if string.sub(name, 1, #prefix) == prefix then
    count = count - 1
  end
end
return count
