-- Adds an object to a collection, within the collection's bounds and the quota.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] id (string): the route's public id
--   ARGV[3] revision (string): of the document that the caller knows
--   ARGV[4] prefix (string): of the collection
--   ARGV[5] max_objects (integer)
--   ARGV[6] max_bytes (bytes): of all objects in total
--   ARGV[7] object_id (string): or '' for the next number; past 15 digits the lowest free one
--   ARGV[8] head (bytes): the object, or what is before its number
--   ARGV[9] tail (bytes): what is after the number
-- Output: 1 and the object's id; or -1, the revision and the document, if the caller knows another
--   one
-- Errors: not_found, id_taken, collection_full, quota_exceeded
--- @include "lib/tenant"
--- @include "lib/known_document"
--- @include "lib/collection"
--- @function "keys/set_within_quota"
local id, revision, prefix, max_objects = ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])
local max_bytes, object_id, head, tail = tonumber(ARGV[6]), ARGV[7], ARGV[8], ARGV[9]
local most_number = 999999999999999

-- Returns the first free id from a number on. O(objects).
local function free_number(number)
  while redis.call('EXISTS', its_key(prefix .. string.format('%.0f', number))) == 1 do
    number = number + 1
  end
  return string.format('%.0f', number)
end

local newer = newer_document(id, revision)
if newer then
  return newer
end
if object_id ~= '' and redis.call('EXISTS', its_key(prefix .. object_id)) == 1 then
  return redis.error_reply('B9Y id_taken')
end
local ids = object_ids(prefix)
local count, bytes, highest = 0, #head + #tail, 0
for _, known in ipairs(ids or {}) do
  local length = redis.call('STRLEN', its_key(prefix .. known))
  count, bytes = count + (length > 0 and 1 or 0), bytes + length
  if length > 0 and #known <= 15 and string.find(known, '^%d+$') then
    highest = math.max(highest, tonumber(known))
  end
end
if not ids or count >= max_objects or bytes > max_bytes then
  return redis.error_reply('B9Y collection_full')
end
local text = head
if object_id == '' then
  object_id = free_number(highest < most_number and highest + 1 or 1)
  text = head .. object_id .. tail
end
local refused = set_within_quota({version, prefix .. object_id, text})
return refused.err and refused or {1, object_id}
