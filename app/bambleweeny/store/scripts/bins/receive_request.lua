-- Stores a request to a bin that has a document, within the bin's rate and the bounds of its list
-- or topic. The rate follows the generic cell rate algorithm (ITU-T I.371): it has one number.
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
--   ARGV[8] list (string): that gets the item, or '' for a topic
--   ARGV[9] packed_options (JSON): of a push, or ''
--   ARGV[10] topic (string): that gets the message, or ''
--   ARGV[11] bounds (string): the most messages of a topic, their age in ms, and bytes, separated
--     by blanks
--   ARGV[12] content_type (string): of a message, or ''
--   ARGV[13] body (bytes)
-- Output: 1; 0 and the ms after which the rate accepts a request; or -1, the revision and the
--   document, if the caller knows another one
-- Errors: not_found, list_full, quota_exceeded
--- @include "lib/tenant"
--- @include "lib/known_document"
--- @function "lists/push_within_bounds"
--- @lazy "topics/publish_within_bounds"
local id, max_items, max_bytes, revision = ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local interval, burst = tonumber(ARGV[6]), tonumber(ARGV[7])
local list, packed_options, topic, bounds = ARGV[8], ARGV[9], ARGV[10], ARGV[11]
local content_type, body = ARGV[12], ARGV[13]
local newer = newer_document(id, revision)
if newer then
  return newer
end
local now = redis.call('TIME')
local now_us, rate = now[1] * 1000000 + now[2], redis.call('HGET', its_counts(id), 'rate')
local following = math.max(tonumber(rate or 0), now_us) + interval
local wait_us = following - burst * interval - now_us
if wait_us > 0 then
  return {0, math.ceil(wait_us / 1000)}
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
redis.call('HSET', its_counts(id), 'rate', string.format('%.0f', following))
return {1}
