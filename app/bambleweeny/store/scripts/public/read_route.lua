-- Reads the key of a route and the keys nested in its value, in one atomic step.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] id (string): the route's public id
--   ARGV[3] key (string): the route's key
--   ARGV[4] revision (string): of the route's document, or '' for a route without one
--   ARGV[5] max_bytes (bytes): of the value and the nested values in total
--   ARGV[6..] nested (string): for each nested key
-- Output: the value and the nested values in their order; the value alone if all are too long
--   together; an empty array if the value alone is too long, or if the route has another
--   document
-- Errors: not_found
--- @include "lib/tenant"
local id, key, revision, max_bytes = ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])
local name = its_key(key)
if not redis.call('ZSCORE', its_routes, id) or redis.call('EXISTS', name) == 0 then
  return redis.error_reply('B9Y not_found')
end
-- NOTE: a script copies each value twice, so it asks for the lengths first.
local found = redis.call('HGET', its_document(id), 'revision') or ''
if redis.call('STRLEN', name) > max_bytes or found ~= revision then
  return {}
end
local nested = {}
for index = 6, #ARGV do
  nested[index - 5] = its_key(ARGV[index])
  max_bytes = max_bytes - redis.call('STRLEN', nested[index - 5])
end
if max_bytes < 0 then
  return {redis.call('GET', name)}
end
return redis.call('MGET', name, unpack(nested))
