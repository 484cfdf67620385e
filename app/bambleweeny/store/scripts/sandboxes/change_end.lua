-- Changes when a sandbox ends. Gives its token effect if it has none yet.
--
-- Input
--   KEYS[1] user (hash): the record of the sandbox
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] ends (ms): when it ends
-- Output: 1
--- @include "lib/tenant"
--- @include "sandboxes/owner"
local ends = ARGV[2]
redis.call('ZADD', owner_tag .. ':sandboxes', 'XX', ends, sandbox_id)
redis.call('HSET', user, 'ends', ends)
redis.call('HSETNX', user, 't:' .. sandbox_id, 1)
return redis.call('PEXPIREAT', user, ends)
