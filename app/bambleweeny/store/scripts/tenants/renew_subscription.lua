-- Subscribes to notifications for at least `wanted` ms. If the stored subscription is shorter,
-- stores twice `wanted`, so that most later calls write nothing.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] wanted (ms): the shortest length of the subscription
--   ARGV[3] field (string): `watched`, or `followed` for events of all kinds
--   ARGV[4] name (string): a key to read, or absent
-- Output: the value and the stored metadata of that key. Clients are notified of all later changes.
--- @include "lib/tenant"
--- @include "lib/quota"
local wanted, field, name = tonumber(ARGV[2]), ARGV[3], ARGV[4]
local now = now_in_ms()
-- NOTE: a script that finds no `watched` does not look for `followed`.
for _, renewed in ipairs(field == 'watched' and {field} or {'watched', field}) do
  if tonumber(redis.call('HGET', user, renewed) or 0) < now + wanted then
    -- NOTE: a full engine refuses a first write that adds; this one removes first.
    redis.call('HDEL', user, renewed)
    redis.call('HSET', user, renewed, string.format('%.0f', now + 2 * wanted))
  end
end
return name and redis.call('MGET', its_key(name), its_meta(name))
