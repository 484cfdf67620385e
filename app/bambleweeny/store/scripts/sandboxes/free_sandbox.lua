-- Removes an ended sandbox from its owner's index, and returns the bytes that were reserved for it
-- to the owner, if it still exists. Of several calls one returns them.
--
-- Input
--   KEYS[1] user (hash): the owner's record
--   ARGV[1] sandbox (string): its id
-- Output: 1, or 0 if the index does not have the sandbox
-- NOTE: this is no script of a tenant, since the owner may be deleted already.
local user, sandbox = KEYS[1], ARGV[1]
local its_tag = string.sub(user, 1, -5)
local bytes = redis.call('HGET', its_sandbox_bytes, sandbox)
local removed = redis.call('ZREM', its_sandboxes, sandbox)
redis.call('HDEL', its_sandbox_bytes, sandbox)
redis.call('HDEL', its_rates, 'token:' .. sandbox)
if removed == 1 and bytes and redis.call('EXISTS', user) == 1 then
  redis.call('HINCRBY', user, 'room', bytes)
end
return removed
