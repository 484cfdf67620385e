-- Reads the next messages of a topic.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] name (string): the topic
--   ARGV[3] after (string): the id of the last message read, or '' for the newest one
--   ARGV[4] limit (integer): the most messages to return
--   ARGV[5] room (bytes): the page ends with the message that exceeds this
--   ARGV[6] max_age (ms): the highest age of a message to return, or absent
-- Output: the messages; the value of `after` for the next page
--- @include "lib/tenant"
--- @include "lib/quota"
local name, after, limit = ARGV[2], ARGV[3], tonumber(ARGV[4])
local room, max_age = tonumber(ARGV[5]), ARGV[6]
local topic, oldest_ms = its_topic(name), now_in_ms() - tonumber(max_age or math.huge)

-- Returns an id that is lower than all ids of a millisecond.
local function id_before(ms)
  return string.format('%.0f-999999999999999999', ms - 1)
end

local function last_id()
  local newest = redis.call('XREVRANGE', topic, '+', '-', 'COUNT', 1)[1]
  if newest then
    return newest[1]
  end
  if redis.call('EXISTS', topic) == 0 then
    return id_before(now_in_ms())
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
if tonumber(string.match(after, '^%d+')) < oldest_ms then
  after = id_before(oldest_ms)
end
local page, step = {}, 1
while #page < limit and room >= 0 do
  local wanted = math.min(step, limit - #page)
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
