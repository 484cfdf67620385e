-- Deletes a topic and its messages.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] name (string): the topic
-- Output: 1, or 0 if the topic does not exist
--- @include "lib/tenant"
--- @include "lib/dropped_messages"
local name = ARGV[2]
local bytes = tonumber(redis.call('HGET', its_topic_bytes, name) or 0)
local length = redis.call('XLEN', its_topic(name))
redis.call('UNLINK', its_topic(name))
redis.call('HDEL', its_topic_bytes, name, field_of_dropped(name), name .. ' made')
local existed = redis.call('ZREM', its_topics, name)
if existed == 1 then
  redis.call('HINCRBY', user, 'room', #name + 64 + bytes + 64 * length)
end
return existed
