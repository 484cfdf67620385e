-- Creates a route with a document, within the quota, or replaces the document of a route. Its
-- counters begin anew. The name is the route's alone.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] id (string): the route's public id
--   ARGV[3] adds (flag): create the route
--   ARGV[4] revision (string)
--   ARGV[5] document (bytes)
--   ARGV[6] name (string): of the route, or ''
--   ARGV[7] summary (JSON): what listings show
--   ARGV[8] journal (string): the topic of its calls, or ''
-- Output: the name of the owner
-- Errors: not_found, quota_exceeded, route_name_taken
--- @include "lib/tenant"
--- @include "lib/journal_topic"
--- @include "lib/quota"
--- @lazy "topics/delete_topic"
local id, adds, revision, document = ARGV[2], ARGV[3] == '1', ARGV[4], ARGV[5]
local name, summary, journal = ARGV[6], ARGV[7], ARGV[8]
local holder = name ~= '' and redis.call('HGET', its_route_names, name)
if holder and holder ~= id then
  return redis.error_reply('B9Y route_name_taken')
end
if not adds and not redis.call('ZSCORE', its_routes, id) then
  return redis.error_reply('B9Y not_found')
end
local earlier, made = redis.call('HGET', its_document(id), 'name'), created_journal(id)
local is_dropped = made and made ~= journal
local is_new = journal ~= '' and not redis.call('ZSCORE', its_topics, journal)
local wanted = (adds and 1 or 0) + (is_new and 1 or 0)
if wanted > 0 and room_in_quota() + (is_dropped and 1 or 0) < wanted then
  return redis.error_reply('B9Y quota_exceeded')
end
if adds then
  redis.call('ZADD', its_routes, 0, id)
end
if not adds and not earlier then
  -- Workers remember this route as one that has no document, until this number changes.
  redis.call('HINCRBY', user, 'documents', 1)
end
if earlier and earlier ~= '' then
  redis.call('HDEL', its_route_names, earlier)
end
if is_dropped then
  delete_topic({version, made})
end
if made ~= journal then
  redis.call('HDEL', its_document(id), 'made')
end
if is_new then
  create_journal(id, journal)
end
if name ~= '' then
  redis.call('HSET', its_route_names, name, id)
end
redis.call(
  'HSET', its_document(id),
  'revision', revision, 'document', document, 'name', name, 'summary', summary
)
redis.call('UNLINK', its_counts(id))
return redis.call('HGET', user, 'name')
