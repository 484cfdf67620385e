-- Counts a call of a route against the route's rate, unless it is above it.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] id (string): the route's public id
--   ARGV[3] revision (string): of the document that the caller knows
--   ARGV[4] interval (us): after which the rate accepts one more call
--   ARGV[5] burst (integer): the calls that the rate accepts at once
-- Output: the ms after which the call is accepted, 0 if it is, the calls left, and the ms until the
--   rate is full; or -1, the revision and the document, if the caller knows another one
-- Errors: not_found
--- @include "lib/tenant"
--- @include "lib/known_document"
--- @include "rates/cell_rates"
local id, revision, interval, burst = ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
local newer = newer_document(id, revision)
if newer then
  return newer
end
local rates = {{field = 'rate', interval = interval, burst = burst, units = 1}}
local reply = check_rates(its_counts(id), rates)
if reply[1] == 0 then
  save_rates(its_counts(id), rates)
end
return reply
