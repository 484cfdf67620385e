-- Removes a public id from the tenant's routes or bins, with all that it has. Makes the id
-- invalid.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] id (string): the public id
--   ARGV[3] noun (string): `routes` or `bins`
--   ARGV[4] revision (string): that its document must have, or '' for any
-- Output: 1, or 0 if there is no such id, or if its document has another revision
--- @include "lib/tenant"
--- @include "lib/public_data"
local id, noun, revision = ARGV[2], ARGV[3], ARGV[4]
if revision ~= '' and redis.call('HGET', its_document(id), 'revision') ~= revision then
  return 0
end
local is_route = noun == 'routes'
local length = redis.call('HSTRLEN', its_document(id), 'document')
local removed = redis.call('ZREM', is_route and its_routes or its_bins, id)
if removed == 1 then
  redis.call('HINCRBY', user, 'room', #id + length + 64)
  forget_document(id, is_route and its_route_names or its_bin_names)
  if string.find(its_tag, '}~', 1, true) then
    -- A saved set of a sandbox may have the id, so that its record stays for now.
    redis.call('ZADD', is_route and its_dropped_routes or its_dropped_bins, 0, id)
  end
end
return removed
