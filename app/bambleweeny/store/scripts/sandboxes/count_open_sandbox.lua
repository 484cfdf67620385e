-- Counts a sandbox that an address makes without a login, unless it makes too many: the generic
-- cell rate algorithm (ITU-T I.371). The state is a TTL, which each one extends by an interval.
--
-- Input
--   KEYS[1] made (string): the state of the address
--   ARGV[1] interval (ms): what each one adds
--   ARGV[2] most (ms): the state at which no more is accepted
-- Output: the ms after which one is accepted; 0 if it was counted
local made = KEYS[1]
local interval, most = tonumber(ARGV[1]), tonumber(ARGV[2])
local used = math.max(redis.call('PTTL', made), 0) + interval
if used > most then
  return used - most
end
redis.call('SET', made, '', 'PX', used)
return 0
