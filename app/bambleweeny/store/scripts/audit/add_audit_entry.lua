-- Adds an entry to an audit trail, which is two streams: what succeeded, and what failed. Each
-- keeps its newest entries, so that failures drop no successes. Ids rise over both streams.
--
-- Input
--   KEYS[1] successes (stream): the entries of what succeeded
--   KEYS[2] failures (stream): the entries of what failed
--   KEYS[3] record (hash): the tenant's record, or absent for the trail of the instance
--   ARGV[1] is_failure (flag): what the entry is about failed
--   ARGV[2] most (integer): how many entries a stream keeps
--   ARGV[3] channel (string): the channel that notifies of the entry
--   ARGV[4] entry (bytes): the entry
-- Output: the id of the entry, or nil if the tenant does not exist
local successes, failures, record = KEYS[1], KEYS[2], KEYS[3]
local is_failure, most, channel, entry = ARGV[1] == '1', ARGV[2], ARGV[3], ARGV[4]
if record and redis.call('EXISTS', record) == 0 then
  return nil
end
local now = redis.call('TIME')
local ms, number = now[1] * 1000 + math.floor(now[2] / 1000), 0
for _, stream in ipairs({successes, failures}) do
  local newest = redis.call('XREVRANGE', stream, '+', '-', 'COUNT', 1)[1]
  if newest then
    local last_ms, last_number = string.match(newest[1], '^(%d+)-(%d+)$')
    last_ms, last_number = tonumber(last_ms), tonumber(last_number)
    if last_ms > ms or (last_ms == ms and last_number >= number) then
      ms, number = last_ms, last_number + 1
    end
  end
end
local stream = is_failure and failures or successes
local id = string.format('%.0f-%d', ms, number)
redis.call('XADD', stream, 'MAXLEN', most, id, 'e', entry)
-- NOTE: an engine's user may lack the right to publish; then streams get the entry later.
redis.pcall('PUBLISH', channel, '')
return id
