-- Counts a failed login against its limits, by the generic cell rate algorithm (ITU-T I.371). The
-- state of a limit is a TTL: each failure extends it by an interval, up to that of a used-up limit.
--
-- Input
--   KEYS[1] pair (string): the limit of the address and the name together
--   KEYS[2] address (string): the limit of the address
--   KEYS[3] name (string): the limit of the name
--   ARGV[1..] interval (ms), most (ms): for each of the keys
-- Output: 1
local pair, address, name = KEYS[1], KEYS[2], KEYS[3]
local limits = {pair, address, name}
for index = 1, #ARGV, 2 do
  local interval, most = unpack(ARGV, index, index + 1)
  local limit = limits[(index + 1) / 2]
  local used = math.max(redis.call('PTTL', limit), 0)
  -- NOTE: a full engine refuses a first write that adds; this one removes first.
  redis.call('DEL', limit)
  redis.call('SET', limit, '', 'PX', math.min(used + interval, most))
end
return 1
