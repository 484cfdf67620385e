-- Rates that follow the generic cell rate algorithm (ITU-T I.371). Each has one number in a field
-- of a hash: the time in us at which all of its burst is available again.

-- Checks `rates`, each with a field, the interval in us after which it has one unit more, the burst
-- and the units to spend; more units than the burst count as the burst. Returns the ms after which
-- all of them can be spent, 0 for now, and of each rate the units left and the ms until it is full.
local function check_rates(hash, rates)
  local now = redis.call('TIME')
  local now_us = now[1] * 1000000 + now[2]
  local wait_us = 0
  for _, rate in ipairs(rates) do
    local most = now_us + rate.burst * rate.interval
    local stored = tonumber(redis.call('HGET', hash, rate.field) or 0)
    -- NOTE: a later time is of another rate, which was lower; this one begins anew.
    rate.full = stored <= most and math.max(stored, now_us) or now_us
    rate.following = rate.full + math.min(rate.units, rate.burst) * rate.interval
    wait_us = math.max(wait_us, rate.following - most)
  end
  local is_met = wait_us < 1
  local reply = {is_met and 0 or math.ceil(wait_us / 1000)}
  for _, rate in ipairs(rates) do
    local until_full = (is_met and rate.following or rate.full) - now_us
    reply[#reply + 1] = math.max(0, math.floor(rate.burst - until_full / rate.interval + 1e-6))
    reply[#reply + 1] = math.ceil(until_full / 1000)
  end
  return reply
end

-- Stores that checked rates are spent.
local function save_rates(hash, rates)
  -- NOTE: a full engine refuses a first write that adds; this one removes first.
  redis.call('HDEL', hash, '')
  for _, rate in ipairs(rates) do
    redis.call('HSET', hash, rate.field, string.format('%.0f', rate.following))
  end
end
