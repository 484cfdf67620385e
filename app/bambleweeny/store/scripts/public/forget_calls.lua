-- Forgets the counters of a route, and the calls in its journal. Messages of a topic that the route
-- has not created stay there; its verifications begin after them.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] id (string): the route's public id
--   ARGV[3] journal (string): the topic of its calls, or ''
-- Output: 1, or 0 if there is no such route
--- @include "lib/tenant"
--- @include "lib/journal_topic"
--- @include "lib/dropped_messages"
local id, journal = ARGV[2], ARGV[3]
if not redis.call('ZSCORE', its_routes, id) then
  return 0
end
redis.call('UNLINK', its_counts(id))
if journal == '' then
  return 1
end
if created_journal(id) == journal then
  local bytes = tonumber(redis.call('HGET', its_topic_bytes, journal) or 0)
  local freed = bytes + 64 * redis.call('XLEN', its_topic(journal))
  redis.call('UNLINK', its_topic(journal))
  if freed > 0 then
    redis.call('HINCRBY', user, 'room', freed)
  end
  redis.call('HDEL', its_topic_bytes, journal, field_of_dropped(journal))
end
local newest = redis.call('XREVRANGE', its_topic(journal), '+', '-', 'COUNT', 1)[1]
redis.call('HSET', its_document(id), 'since', newest and newest[1] or '')
return 1
