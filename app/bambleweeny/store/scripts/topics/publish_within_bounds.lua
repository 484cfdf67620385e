-- ARGV[2] a topic's name, ARGV[3] the most messages, ARGV[4] their age in milliseconds, ARGV[5]
-- the most bytes, ARGV[6] the content type, or nothing, ARGV[7] the body, ARGV[8] 1 where the
-- caller drops the oldest messages itself. A new topic is made only within the quota. Gives
-- the message's id.
local name, kind, body = ARGV[2], ARGV[6], ARGV[7]
local fresh = not redis.call('ZSCORE', its_topics, name)
if fresh and quota_reached() then
  return redis.error_reply('B9Y quota_exceeded')
end
local id
if kind == '' then
  id = redis.call('XADD', its_topic(name), '*', 'v', body)
else
  id = redis.call('XADD', its_topic(name), '*', 'v', body, 't', kind)
end
if fresh then
  redis.call('ZADD', its_topics, 0, name)
end
redis.call('HINCRBY', its_topic_bytes, name, #body + #kind)
if ARGV[8] ~= '1' then
  trim_topic(name, tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]))
end
-- NOTE: an engine's user may lack the right to publish; then those who wait time out.
redis.pcall('PUBLISH', its_published(name), '')
return id
