-- Replaces or deletes an object, if it is still what the caller has read.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] id (string): the route's public id
--   ARGV[3] revision (string): of the document that the caller knows
--   ARGV[4] name (string): the object's key
--   ARGV[5] digest (string): SHA-1 of the value that the caller has read, or '' for no key
--   ARGV[6] value (bytes): the new value, or '' to delete the key
--   ARGV[7] prefix (string): of its collection, or '' if it is in none
--   ARGV[8] max_bytes (bytes): of all objects in total
-- Output: 1, or 0 if the object has changed; or -1, the revision and the document, if the caller
--   knows another one
-- Errors: not_found, collection_full, quota_exceeded
--- @include "lib/tenant"
--- @include "lib/known_document"
--- @include "lib/collection"
--- @function "keys/set_within_quota"
--- @function "keys/delete_key"
local id, revision, name, digest = ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local value, prefix, max_bytes = ARGV[6], ARGV[7], tonumber(ARGV[8])
local newer = newer_document(id, revision)
if newer then
  return newer
end
local known = redis.call('GET', its_key(name))
if (known and redis.sha1hex(known) or '') ~= digest then
  return {0}
end
if value == '' then
  delete_key({version, name})
  return {1}
end
local bytes = #value - (known and #known or 0)
if bytes > 0 then
  for _, object_id in ipairs(prefix ~= '' and object_ids(prefix) or {}) do
    bytes = bytes + redis.call('STRLEN', its_key(prefix .. object_id))
  end
  if bytes > max_bytes then
    return redis.error_reply('B9Y collection_full')
  end
end
local refused = set_within_quota({version, name, value})
return refused.err and refused or {1}
