-- ARGV[2] a topic's name, ARGV[3] the id after which to read, or nothing for the end, ARGV[4]
-- the most messages, ARGV[5] the bytes past which the page ends, ARGV[6] the age of the oldest
-- that are shown, in milliseconds, or nothing. Gives the messages, and the id after which the
-- next ones come.
local topic, after, room = its_topic(ARGV[2]), ARGV[3], tonumber(ARGV[5])
local most, horizon = tonumber(ARGV[4]), now_in_ms() - tonumber(ARGV[6] or math.huge)

-- NOTE: what a millisecond brings begins at 0, so that this stands before all of it.
local function before(ms)
  return string.format('%.0f-999999999999999999', ms - 1)
end

local function last_id()
  local newest = redis.call('XREVRANGE', topic, '+', '-', 'COUNT', 1)[1]
  if newest then
    return newest[1]
  end
  if redis.call('EXISTS', topic) == 0 then
    return before(now_in_ms())
  end
  local known = redis.call('XINFO', 'STREAM', topic)
  for index = 1, #known, 2 do
    if known[index] == 'last-generated-id' then
      return known[index + 1]
    end
  end
end

if after == '' then
  return {{}, last_id()}
end
if tonumber(string.match(after, '^%d+')) < horizon then
  after = before(horizon)
end
local page, step = {}, 1
while #page < most and room >= 0 do
  local wanted = math.min(step, most - #page)
  local found = redis.call('XRANGE', topic, '(' .. after, '+', 'COUNT', wanted)
  for _, message in ipairs(found) do
    if room < 0 then
      break
    end
    page[#page + 1] = message
    room = room - #message[2][2]
    after = message[1]
  end
  if #found < wanted then
    break
  end
  step = math.min(2 * step, 16)
end
return {page, after}
