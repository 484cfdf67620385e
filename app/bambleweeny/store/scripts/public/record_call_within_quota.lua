-- Records a call of a route in its journal. The call is not recorded beyond the owner's
-- `max_bytes`, or if the journal was deleted and the quota has no room for it.
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
-- Errors: not_found
--- @include "lib/tenant"
--- @include "lib/known_document"
--- @include "lib/recorded_calls"
--- @lazy "lib/notify" notify_followers
local id, revision, journal, bounds, record = ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local newer = newer_document(id, revision)
if newer then
  return newer
end
if open_journal(id, journal) then
  record_call(journal, bounds, record)
end
if watched then
  notify_followers('route.call', id)
end
return {1}
