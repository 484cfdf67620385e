-- Adds a request that a bin has refused to the newest ones, and notifies of it.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] id (string): the bin's public id
--   ARGV[3] most (integer): how many are kept
--   ARGV[4] ttl (ms): how long they are kept after the last of them
--   ARGV[5] entry (JSON)
-- Output: 1, or 0 if there is no such bin
--- @include "lib/tenant"
--- @include "lib/notify"
local id, most, ttl, entry = ARGV[2], tonumber(ARGV[3]), ARGV[4], ARGV[5]
if not redis.call('ZSCORE', its_bins, id) then
  return 0
end
redis.call('LPUSH', its_refused(id), entry)
redis.call('LTRIM', its_refused(id), 0, most - 1)
redis.call('PEXPIRE', its_refused(id), ttl)
notify_followers('bin.refuse', id)
return 1
