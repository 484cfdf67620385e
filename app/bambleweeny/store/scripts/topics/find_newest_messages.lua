-- Finds the newest messages of a topic, from the last one backwards.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] name (string): the topic
--   ARGV[3] before (string): the id of the last message passed, or '' to begin with the newest one
--   ARGV[4] count (integer): the messages to pass
--   ARGV[5] room (bytes): the step ends with the message that exceeds this
-- Output: the id of the last message passed, or '0-0' if the topic has no further one; the number
--   of messages still to pass
--- @include "lib/tenant"
local name, before, count, room = ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
local topic, step = its_topic(name), 1
while count > 0 and room >= 0 do
  local wanted = math.min(step, count)
  local last = before == '' and '+' or '(' .. before
  local found = redis.call('XREVRANGE', topic, last, '-', 'COUNT', wanted)
  for _, message in ipairs(found) do
    before, count = message[1], count - 1
    room = room - #message[2][2]
  end
  if #found < wanted then
    return {'0-0', 0}
  end
  step = math.min(2 * step, 16)
end
return {before, count}
