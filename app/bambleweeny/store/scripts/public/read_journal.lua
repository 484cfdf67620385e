-- Reads the next calls in a journal, and which calls it has no more.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] name (string): the topic
--   ARGV[3] after (string): the id of the last call read, or '' for the newest one
--   ARGV[4] limit (integer): the most calls to return
--   ARGV[5] room (bytes): the page ends with the call that exceeds this
--   ARGV[6] max_age (ms): the highest age of a call to return
-- Output: the calls; the value of `after` for the next page; the id of the last call that the
--   bounds of the topic have removed or hide, or ''; the id of the oldest call, or ''
--- @include "lib/tenant"
--- @include "lib/quota"
--- @include "lib/dropped_messages"
--- @function "topics/read_topic"
local name, after, limit, room, max_age = ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local page, last = unpack(read_topic({version, name, after, limit, room, max_age}))
local oldest = redis.call('XRANGE', its_topic(name), '-', '+', 'COUNT', 1)[1]
local hidden_ms = string.format('%.0f', math.max(0, now_in_ms() - tonumber(max_age) - 1))
local hidden = redis.call('XREVRANGE', its_topic(name), hidden_ms, '-', 'COUNT', 1)[1]
local dropped = redis.call('HGET', its_topic_bytes, field_of_dropped(name))
return {page, last, hidden and hidden[1] or dropped or '', oldest and oldest[1] or ''}
