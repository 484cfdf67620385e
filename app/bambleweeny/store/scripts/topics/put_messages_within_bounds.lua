-- Adds messages to a topic, all or none, and removes the oldest ones beyond the bounds. A new topic
-- is created only within the quota.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] name (string): the topic
--   ARGV[3] max_messages (integer): the most messages of the topic
--   ARGV[4] max_age (ms): the highest age of its messages
--   ARGV[5] max_bytes (bytes): the most bytes of the topic
--   ARGV[6] keeps_ids (flag): messages keep their ids. A message gets a new id if the topic has
--     later messages, or if its id is in the future.
--   ARGV[7..] id (string), content_type (string or ''), body (bytes): for each message
-- Output: nil
-- Errors: quota_exceeded, max_bytes_exceeded, store_full
--- @include "lib/tenant"
--- @include "lib/quota"
--- @include "lib/trim_topic"
--- @lazy "lib/notify" notify_followers
local name, max_messages, max_age = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local max_bytes = tonumber(ARGV[5])
local keeps_ids = ARGV[6] == '1'
local topic, now = its_topic(name), now_in_ms()
-- NOTE: an engine checks its free memory only before the first write of a script.
redis.call('SETRANGE', its_probe, 0, '')
local is_new = not redis.call('ZSCORE', its_topics, name)
if is_new and quota_reached() then
  return redis.error_reply('B9Y quota_exceeded')
end

local added, growth = 0, is_new and #name + 64 or 0
for index = 7, #ARGV, 3 do
  local _, content_type, body = unpack(ARGV, index, index + 2)
  added, growth = added + #body + #content_type, growth + #body + #content_type + 64
end
local refused = refuse_change(growth)
if refused then
  return refused
end

local function add(id, ...)
  local is_past = tonumber(string.match(id, '^%d+') or math.huge) <= now
  -- NOTE: the engine compares ids; their numbers can be larger than those of Lua.
  local added_id = keeps_ids and is_past and redis.pcall('XADD', topic, id, ...)
  if type(added_id) ~= 'string' then
    redis.call('XADD', topic, '*', ...)
  end
end

for index = 7, #ARGV, 3 do
  local id, content_type, body = unpack(ARGV, index, index + 2)
  if content_type == '' then
    add(id, 'v', body)
  else
    add(id, 'v', body, 't', content_type)
  end
end
if is_new then
  redis.call('ZADD', its_topics, 0, name)
end
redis.call('HINCRBY', its_topic_bytes, name, added)
trim_topic(name, max_messages, max_age, max_bytes)
-- NOTE: an engine's user may lack the right to publish; then waiting clients time out.
redis.pcall('PUBLISH', its_published(name), '')
if watched then
  notify_followers('topic.publish', name)
end
