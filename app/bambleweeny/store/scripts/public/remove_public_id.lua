-- Removes a public id from the tenant's routes or bins, with all that a route has. Makes the id
-- invalid.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] id (string): the public id
--   ARGV[3] noun (string): `routes` or `bins`
-- Output: 1, or 0 if there is no such id
--- @include "lib/tenant"
--- @include "lib/route_data"
local id, noun = ARGV[2], ARGV[3]
local removed = redis.call('ZREM', noun == 'routes' and its_routes or its_bins, id)
if removed == 1 and noun == 'routes' then
  forget_document(id)
end
return removed
