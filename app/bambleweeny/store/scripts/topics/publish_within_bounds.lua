-- Publishes a message and removes the oldest ones beyond the bounds. A new topic is created only
-- within the quota.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] name (string): the topic
--   ARGV[3] max_messages (integer): the most messages of the topic
--   ARGV[4] max_age (ms): the highest age of its messages
--   ARGV[5] max_bytes (bytes): the most bytes of the topic
--   ARGV[6] content_type (string): or ''
--   ARGV[7] body (bytes)
--   ARGV[8] trims_later (flag): remove no messages here; the caller does so later
-- Output: the message's id
-- Errors: quota_exceeded, max_bytes_exceeded, store_full
--- @include "lib/tenant"
--- @include "lib/quota"
--- @include "lib/trim_topic"
--- @lazy "lib/notify" notify_followers
local name, max_messages, max_age = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local max_bytes = tonumber(ARGV[5])
local content_type, body, trims_later = ARGV[6], ARGV[7], ARGV[8] == '1'
local is_new = not redis.call('ZSCORE', its_topics, name)
if is_new and quota_reached() then
  return redis.error_reply('B9Y quota_exceeded')
end
local size = #body + #content_type
local ids, freed = {}, 0
if not trims_later then
  ids, freed = beyond_bounds(name, 1, size, max_messages, max_age, max_bytes)
end
local growth = size + 64 + (is_new and #name + 64 or 0) - freed - 64 * #ids
local refused = growth > 0 and refuse_growth(growth)
if refused then
  return refused
end
local id
if content_type == '' then
  id = redis.call('XADD', its_topic(name), '*', 'v', body)
else
  id = redis.call('XADD', its_topic(name), '*', 'v', body, 't', content_type)
end
if is_new then
  redis.call('ZADD', its_topics, 0, name)
end
redis.call('HINCRBY', its_topic_bytes, name, size)
remove_messages(name, ids, freed)
if growth < 0 then
  free_bytes(0 - growth)
end
-- NOTE: an engine's user may lack the right to publish; then waiting clients time out.
redis.pcall('PUBLISH', its_published(name), '')
if watched then
  notify_followers('topic.publish', name)
end
return id
