-- Changes the version of a user's record: `<passwords>.<changes>`, and an `r` at the end if the
-- user has request limits. `core/auth/sessions.py` says what the numbers mean.
--
-- Input
--   KEYS[1] record (hash): the user's record
--   ARGV[1] passwords (integer): to add to the first number
--   ARGV[2] changes (integer): to add to the second number
-- Output: the new version
local record, passwords, changes = KEYS[1], ARGV[1], ARGV[2]
local first, second = string.match(redis.call('HGET', record, 'version'), '^(%d+)%.?(%d*)')
local rate, max_value = unpack(redis.call('HMGET', record, 'rate', 'max_value'))
local raised = string.format(
  '%.0f.%.0f%s', first + passwords, (tonumber(second) or 0) + changes,
  (rate or max_value) and 'r' or ''
)
redis.call('HSET', record, 'version', raised)
return raised
