-- Removes a public id from the tenant's routes or bins. Makes the id invalid.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] id (string): the public id
--   ARGV[3] noun (string): `routes` or `bins`
-- Output: 1, or 0 if there is no such id
--- @include "lib/tenant"
local id, noun = ARGV[2], ARGV[3]
return redis.call('ZREM', noun == 'routes' and its_routes or its_bins, id)
