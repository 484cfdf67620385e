-- Reads the next messages of a topic.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] name (string): the topic
--   ARGV[3] after (string): the id after which to read, or '' for the end
--   ARGV[4] most (integer): messages to return
--   ARGV[5] room (bytes): the page ends once its messages have more
--   ARGV[6] age (ms): of the oldest message to return, or absent
-- Output: the messages; the id after which the next ones come
--- @include "lib/tenant"
--- @include "lib/quota"
local name, after, most, room, age = ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6]
local topic, horizon = its_topic(name), now_in_ms() - tonumber(age or math.huge)

-- Returns an id before all of a millisecond.
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
