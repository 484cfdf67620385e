-- Counts the names of a tenant's keys, lists or topics.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] noun (string): `keys`, `lists` or `topics`
--   ARGV[3] prefix (string): of the names to count; '' for all
-- Output: the number; nil if more than 1,000 keys have expired. Then some of them were removed from
--   the index, and the script must run again.
--- @include "lib/tenant"
--- @include "lib/quota"
local noun, prefix = ARGV[2], ARGV[3]
local is_keys = noun == 'keys'
local index = is_keys and its_keys or noun == 'topics' and its_topics or its_lists
if prefix == '' then
  return redis.call('ZCARD', index) - (is_keys and count_expired() or 0)
end
local count = redis.call('ZLEXCOUNT', index, '[' .. prefix, '(' .. prefix .. '\255')
if not is_keys then
  return count
end
local expired_names = redis.call(
  'ZRANGEBYSCORE', its_key_expiries, '-inf', now_in_ms(), 'LIMIT', 0, 1001
)
if #expired_names > 1000 then
  for _ = 1, 10 do
    remove_expired_names()
  end
  return false
end
for _, name in ipairs(expired_names) do
  if string.sub(name, 1, #prefix) == prefix then
    count = count - 1
  end
end
return count
