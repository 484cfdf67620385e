-- Creates a route or bin with a document, within the quota, or replaces its document. Its counters
-- begin anew. The name is of this one alone.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] id (string): the public id
--   ARGV[3] noun (string): `routes` or `bins`
--   ARGV[4] adds (flag): create the id
--   ARGV[5] known (string): the revision that is replaced, or '' for any
--   ARGV[6] name (string): or ''
--   ARGV[7] journal (string): the topic of its calls, or ''
--   ARGV[8..] field (bytes): name and value of each field of the hash of the document
-- Output: the name of the owner
-- Errors: not_in_a_sandbox, not_found, busy, quota_exceeded, max_bytes_exceeded, store_full,
--   route_name_taken, bin_name_taken
--- @include "lib/tenant"
--- @include "lib/journal_topic"
--- @include "lib/quota"
--- @lazy "topics/delete_topic"
local id, noun, adds, known = ARGV[2], ARGV[3], ARGV[4] == '1', ARGV[5]
local name, journal = ARGV[6], ARGV[7]
local is_route = noun == 'routes'
local index = is_route and its_routes or its_bins
local names = is_route and its_route_names or its_bin_names
if redis.call('HGET', user, 'is_closed') then
  return redis.error_reply('B9Y not_in_a_sandbox')
end
local holder = name ~= '' and redis.call('HGET', names, name)
if holder and holder ~= id then
  return redis.error_reply(is_route and 'B9Y route_name_taken' or 'B9Y bin_name_taken')
end
if not adds and not redis.call('ZSCORE', index, id) then
  return redis.error_reply('B9Y not_found')
end
if known ~= '' and redis.call('HGET', its_document(id), 'revision') ~= known then
  return redis.error_reply('B9Y busy')
end
local earlier, made = redis.call('HGET', its_document(id), 'name'), created_journal(id)
local is_dropped = made and made ~= journal
local is_new = journal ~= '' and not redis.call('ZSCORE', its_topics, journal)
local wanted = (adds and 1 or 0) + (is_new and 1 or 0)
if wanted > 0 and room_in_quota() + (is_dropped and 1 or 0) < wanted then
  return redis.error_reply('B9Y quota_exceeded')
end
local growth = (adds and #id + 64 or 0) + (is_new and #journal + 64 or 0)
  - redis.call('HSTRLEN', its_document(id), 'document')
for index_of_field = 8, #ARGV, 2 do
  if ARGV[index_of_field] == 'document' then
    growth = growth + #ARGV[index_of_field + 1]
  end
end
local refused = refuse_change(growth)
if refused then
  return refused
end
if adds then
  redis.call('ZADD', index, 0, id)
end
if not adds and not earlier and is_route then
  -- Workers remember this route as one that has no document, until this number changes.
  redis.call('HINCRBY', user, 'documents', 1)
end
if earlier and earlier ~= '' then
  redis.call('HDEL', names, earlier)
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
  redis.call('HSET', names, name, id)
end
redis.call('HSET', its_document(id), unpack(ARGV, 8))
redis.call('UNLINK', its_counts(id))
return redis.call('HGET', user, 'name')
