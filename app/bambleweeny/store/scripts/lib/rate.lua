-- A rate of requests, by the generic cell rate algorithm (ITU-T I.371): one number for each rate.
--- @include "lib/tenant"

-- Returns the number that a request stores, and in how many ms it would be accepted: 0 if it is
-- accepted now. `key` is a hash with the number in the field `rate`. One request more is accepted
-- after each `interval` microseconds, and `burst` requests at once.
local function next_in_rate(key, interval, burst)
  local now = redis.call('TIME')
  local now_us = now[1] * 1000000 + now[2]
  local following = math.max(tonumber(redis.call('HGET', key, 'rate') or 0), now_us) + interval
  local wait_us = following - burst * interval - now_us
  return string.format('%.0f', following), math.max(0, math.ceil(wait_us / 1000))
end
