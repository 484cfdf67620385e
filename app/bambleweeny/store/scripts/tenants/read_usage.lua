-- Reads what a tenant stores, its limits and its traffic.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2..] limit (string): the field of each limit in the record
-- Output: the numbers of keys, lists, topics, routes and bins; the limits; the traffic; the bytes
--   that are reserved for each sandbox; the number of idempotency keys
-- Errors: unauthorized
--- @include "lib/tenant"
--- @include "lib/quota"
local numbers = {}
for index, names in ipairs({its_keys, its_lists, its_topics, its_routes, its_bins}) do
  numbers[index] = redis.call('ZCARD', names)
end
numbers[1] = numbers[1] - count_expired()
local limits = redis.call('HMGET', user, unpack(ARGV, 2))
local pushes = redis.call('ZCARD', its_idempotent) + redis.call('ZCARD', its_idempotent_old)
return {
  numbers, limits, redis.call('HGETALL', its_traffic), redis.call('HVALS', its_sandbox_bytes),
  pushes,
}
