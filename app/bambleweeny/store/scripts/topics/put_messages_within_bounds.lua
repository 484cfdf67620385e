-- Adds messages to a topic, all or none: ARGV[2] its name, ARGV[3] the most messages, ARGV[4] their
-- age in milliseconds, ARGV[5] the most bytes, ARGV[6] 1 where ids are kept, ARGV[7..] for each an
-- id, a content type, or nothing, and its body. An id becomes a new one where the topic has later
-- ones, or where it is yet to come. A new topic is made only within the quota.
local name, topic, keeps, now = ARGV[2], its_topic(ARGV[2]), ARGV[6] == '1', now_in_ms()
-- NOTE: an engine asks for room only before the first write of a script.
redis.call('SETRANGE', its_probe, 0, '')
local fresh = not redis.call('ZSCORE', its_topics, name)
if fresh and quota_reached() then
  return redis.error_reply('B9Y quota_exceeded')
end

local function add(id, ...)
  local is_past = tonumber(string.match(id, '^%d+') or math.huge) <= now
  -- NOTE: the engine itself compares ids, whose numbers can be more than Lua's hold.
  local kept = keeps and is_past and redis.pcall('XADD', topic, id, ...)
  if type(kept) ~= 'string' then
    redis.call('XADD', topic, '*', ...)
  end
end

local added = 0
for index = 7, #ARGV, 3 do
  local id, kind, body = ARGV[index], ARGV[index + 1], ARGV[index + 2]
  if kind == '' then
    add(id, 'v', body)
  else
    add(id, 'v', body, 't', kind)
  end
  added = added + #body + #kind
end
if fresh then
  redis.call('ZADD', its_topics, 0, name)
end
redis.call('HINCRBY', its_topic_bytes, name, added)
trim_topic(name, tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]))
-- NOTE: an engine's user may lack the right to publish; then those who wait time out.
redis.pcall('PUBLISH', its_published(name), '')
