-- Records a call of a route in its journal; a new journal is created only within the quota.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] id (string): the route's public id
--   ARGV[3] revision (string): of the document that the caller knows
--   ARGV[4] journal (string): the topic that gets the record
--   ARGV[5] bounds (string): the most messages of a topic, their age in ms, and bytes, separated by
--     blanks
--   ARGV[6] record (JSON)
-- Output: 1; or -1, the revision and the document, if the caller knows another one
-- Errors: not_found, quota_exceeded
--- @include "lib/route_document"
--- @include "lib/recorded_calls"
local id, revision, journal, bounds, record = ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local refused = newer_document(id, revision) or refuse_new_journal(journal)
if refused then
  return refused
end
record_call(id, journal, bounds, record)
return {1}
