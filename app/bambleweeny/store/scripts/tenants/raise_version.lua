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
local limited = false
for _, limit in ipairs(redis.call('HMGET', record, 'rate', 'max_value')) do
  limited = limited or (limit and limit ~= '' and limit ~= '0')
end
local raised = string.format(
  '%.0f.%.0f%s', first + passwords, (tonumber(second) or 0) + changes, limited and 'r' or ''
)
redis.call('HSET', record, 'version', raised)
return raised
