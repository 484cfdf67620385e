-- Deletes a saved set of a sandbox.
--
-- Input
--   KEYS[1] user (hash): the record of the sandbox
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] name (string): of the set
-- Output: 1, or 0 if there is no such set
--- @include "lib/tenant"
--- @include "sandboxes/sets"
local name = ARGV[2]
local bytes = redis.call('HGET', its_saved_sets, name)
if not bytes then
  return 0
end
local set_tag = tag_of_set(its_tag, name)
drop_public_ids(set_tag)
unlink_set(set_tag)
redis.call('HINCRBY', user, 'room', bytes)
return redis.call('HDEL', its_saved_sets, name)
