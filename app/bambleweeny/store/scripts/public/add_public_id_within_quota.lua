-- Adds a public id to the tenant's routes or bins, within the quota. Makes the id valid.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] id (string): the public id
--   ARGV[3] noun (string): `routes` or `bins`
-- Output: 1, or 0 if the tenant has the id already
-- Errors: not_in_a_sandbox, quota_exceeded, max_bytes_exceeded, store_full
--- @include "lib/tenant"
--- @include "lib/quota"
local id, noun = ARGV[2], ARGV[3]
if redis.call('HGET', user, 'is_closed') then
  return redis.error_reply('B9Y not_in_a_sandbox')
end
if quota_reached() then
  return redis.error_reply('B9Y quota_exceeded')
end
local index = noun == 'routes' and its_routes or its_bins
local refused = not redis.call('ZSCORE', index, id) and refuse_growth(#id + 64)
if refused then
  return refused
end
return redis.call('ZADD', index, 0, id)
