-- Counts a call against the rates of its user and its named token: against all of them or none.
-- What is stored of them expires when all rates are full again.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] is_of_owner (flag): a call in a sandbox counts for the owner of the sandbox
--   ARGV[3..] field (string), interval (us), burst (integer): of each rate
-- Output: the ms after which the call is accepted, 0 if it is, and of each rate the calls left and
--   the ms until it is full
--- @include "lib/tenant"
--- @include "rates/cell_rates"
local is_of_owner = ARGV[2] == '1'
local spent = is_of_owner and string.match(its_tag, '^.*}') .. ':rates' or its_rates
local rates = {}
for index = 3, #ARGV, 3 do
  local field, interval, burst = unpack(ARGV, index, index + 2)
  rates[#rates + 1] = {
    field = field, interval = tonumber(interval), burst = tonumber(burst), units = 1,
  }
end
local reply = check_rates(spent, rates)
if reply[1] == 0 then
  save_rates(spent, rates)
  local longest = redis.call('PTTL', spent)
  for index = 3, #reply, 2 do
    longest = math.max(longest, reply[index])
  end
  redis.call('PEXPIRE', spent, longest)
end
return reply
