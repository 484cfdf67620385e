-- Starts notifications of changes, for at least a time. It is twice as long if it has to be
-- written, so that most calls that follow write nothing.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] wanted (ms): how long at least
--   ARGV[3] name (string): a key to read, or absent
-- Output: value and metadata as stored of that key, if any: all later changes are notified
--- @include "lib/tenant"
--- @include "lib/quota"
local wanted, name = tonumber(ARGV[2]), ARGV[3]
local now = now_in_ms()
if tonumber(redis.call('HGET', user, 'watched') or 0) < now + wanted then
  -- NOTE: a full engine refuses a first write that adds; this one removes first.
  redis.call('HDEL', user, 'watched')
  redis.call('HSET', user, 'watched', string.format('%.0f', now + 2 * wanted))
end
return name and redis.call('MGET', its_key(name), its_meta(name))
