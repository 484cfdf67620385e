-- Reads an object and collections, in one atomic step.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] id (string): the route's public id
--   ARGV[3] revision (string): of the document that the caller knows
--   ARGV[4] room (bytes): the most that a collection may have
--   ARGV[5] name (string): a key to read, or ''
--   ARGV[6..] prefix (string): of each collection to read
-- Output: 1, the value of the key, and the ids and values of each collection; or -1, the revision
--   and the document, if the caller knows another one
-- Errors: not_found, collection_full
--- @include "lib/tenant"
--- @include "lib/known_document"
--- @include "lib/collection"
local id, revision, room, name = ARGV[2], ARGV[3], tonumber(ARGV[4]), ARGV[5]
local newer = newer_document(id, revision)
if newer then
  return newer
end
local answer = {1, name ~= '' and redis.call('GET', its_key(name))}
for index = 6, #ARGV do
  local prefix, left, found = ARGV[index], room, {}
  local ids = object_ids(prefix)
  if not ids then
    return redis.error_reply('B9Y collection_full')
  end
  for _, object_id in ipairs(ids) do
    local value = redis.call('GET', its_key(prefix .. object_id))
    left = left - (value and #value or 0)
    if left < 0 then
      return redis.error_reply('B9Y collection_full')
    end
    if value then
      found[#found + 1] = object_id
      found[#found + 1] = value
    end
  end
  answer[#answer + 1] = found
end
return answer
