-- Reads a page of both streams of an audit trail.
--
-- Input
--   KEYS[1] successes (stream): the entries of what succeeded
--   KEYS[2] failures (stream): the entries of what failed
--   ARGV[1] after (string): an id; the page has entries with higher ids
--   ARGV[2] before (string): an id; the page has entries with lower ids; '+' for no limit
--   ARGV[3] limit (integer): the most entries of each stream
--   ARGV[4] is_newest (flag): begin with the newest entry instead of the oldest
-- Output: the entries of both streams; the ids of their newest entries
local successes, failures = KEYS[1], KEYS[2]
local after, before, limit, is_newest = ARGV[1], ARGV[2], ARGV[3], ARGV[4] == '1'
after = '(' .. after
before = before == '+' and before or '(' .. before

local function page_of(stream)
  if is_newest then
    return redis.call('XREVRANGE', stream, before, after, 'COUNT', limit)
  end
  return redis.call('XRANGE', stream, after, before, 'COUNT', limit)
end

local function newest_of(stream)
  local newest = redis.call('XREVRANGE', stream, '+', '-', 'COUNT', 1)[1]
  return newest and newest[1] or '0-0'
end

return {page_of(successes), page_of(failures), newest_of(successes), newest_of(failures)}
