-- Migrates idempotency keys, which layout 2 stored as texts, to digests.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2..] text (string), digest (bytes), at (microseconds), id (integer or ''): for each key;
--     `at` is the time of its push, and `id` that of the first item
-- Output: 0
--- @include "lib/tenant"
-- NOTE: a full engine refuses a first write that adds; this one removes first.
for index = 2, #ARGV, 4 do
  local text, digest, at, id = unpack(ARGV, index, index + 3)
  redis.call('HDEL', its_once, text)
  redis.call('ZREM', its_once_at, text)
  if id ~= '' then
    local member = digest .. struct.pack('>I7I7', tonumber(at), tonumber(id))
    redis.call('ZADD', its_idempotent, 0, member)
  end
end
if redis.call('TTL', its_idempotent) == -1 then
  redis.call('EXPIRE', its_idempotent, 2 * 86400)
end
return 0
