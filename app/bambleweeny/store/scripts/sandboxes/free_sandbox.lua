-- Removes an ended sandbox from its owner's index, and returns the bytes that were reserved for it
-- to the owner, if it still exists. Of several calls one returns them.
--
-- Input
--   KEYS[1] user (hash): the owner's record
--   KEYS[2] index (sorted set): the owner's sandboxes
--   KEYS[3] reserved (hash): the bytes that are reserved for each of them
--   KEYS[4] rates (hash): the state of the owner's rates
--   ARGV[1] sandbox (string): its id
-- Output: 1, or 0 if the index does not have the sandbox
local user, index, reserved, rates = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local sandbox = ARGV[1]
local bytes, removed = redis.call('HGET', reserved, sandbox), redis.call('ZREM', index, sandbox)
redis.call('HDEL', reserved, sandbox)
redis.call('HDEL', rates, 'token:' .. sandbox)
if bytes and redis.call('EXISTS', user) == 1 then
  redis.call('HINCRBY', user, 'room', bytes)
end
return removed
