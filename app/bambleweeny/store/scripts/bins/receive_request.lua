-- Stores a request to a bin that has a document, within the bin's rates and the bounds of its list
-- or topic. A request that is not stored spends no rate.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] id (string): the bin's public id
--   ARGV[3] max_items (integer): the most items of a list
--   ARGV[4] max_bytes (bytes): the most bytes of a list
--   ARGV[5] revision (string): of the document that the caller knows
--   ARGV[6] interval (us): after which the rate accepts one more request
--   ARGV[7] burst (integer): the requests that the rate accepts at once
--   ARGV[8] byte_interval (us): after which the rate accepts one more byte
--   ARGV[9] byte_burst (bytes): the bytes that the rate accepts at once
--   ARGV[10] size (bytes): of what is stored, or of the body as it was sent if that is more
--   ARGV[11] list (string): that gets the item, or '' for a topic
--   ARGV[12] packed_options (JSON): of a push, or ''
--   ARGV[13] topic (string): that gets the message, or ''
--   ARGV[14] bounds (string): the most messages of a topic, their age in ms, and bytes, separated
--     by blanks
--   ARGV[15] content_type (string): of a message, or ''
--   ARGV[16] body (bytes)
-- Output: the ms after which the request is accepted, 0 if it is stored, and of both rates what is
--   left and the ms until it is full; or -1, the revision and the document, if the caller knows
--   another one
-- Errors: not_found, list_full, quota_exceeded
--- @include "lib/tenant"
--- @include "lib/known_document"
--- @include "rates/cell_rates"
--- @function "lists/push_within_bounds"
--- @lazy "topics/publish_within_bounds"
--- @lazy "lib/notify" notify_followers
local id, max_items, max_bytes, revision = ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local interval, burst, byte_interval = tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])
local byte_burst, size = tonumber(ARGV[9]), tonumber(ARGV[10])
local list, packed_options, topic, bounds = ARGV[11], ARGV[12], ARGV[13], ARGV[14]
local content_type, body = ARGV[15], ARGV[16]
local newer = newer_document(id, revision)
if newer then
  return newer
end
local rates = {
  {field = 'rate', interval = interval, burst = burst, units = 1},
  {field = 'rate_bytes', interval = byte_interval, burst = byte_burst, units = size},
}
local reply = check_rates(its_counts(id), rates)
if reply[1] > 0 then
  return reply
end
local stored
if list ~= '' then
  stored = push_within_bounds({version, list, max_items, max_bytes, '', packed_options, body})
else
  local max_messages, max_age, most_bytes = string.match(bounds, '(%d+) (%d+) (%d+)')
  stored = publish_within_bounds({
    version, topic, max_messages, max_age, most_bytes, content_type, body, '',
  })
end
if type(stored) == 'table' and stored.err then
  return stored
end
save_rates(its_counts(id), rates)
if watched then
  notify_followers('bin.call', id)
end
return reply
