-- Removes a one-time code, so that it is used once, and checks that it still leads to a session:
-- the one that it was made with has not ended, and the password is the same.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): empty
--   ARGV[2] digest (string): the SHA-256 of the code, in hexadecimal digits
--   ARGV[3] now (seconds): since the epoch
-- Output: the user's name and version, and when the session of the code expires; nil for a miss
--- @include "lib/tenant"
local digest, now = ARGV[2], ARGV[3]
local code
for _, member in ipairs(redis.call('ZRANGEBYSCORE', its_login_codes, '(' .. now, '+inf')) do
  if string.sub(member, 1, #digest + 1) == digest .. ' ' then
    code = member
  end
end
if not code then
  return false
end
redis.call('ZREM', its_login_codes, code)
local passwords, expires, session = string.match(code, ' (%d+) (%d+) (.*)$')
local name, current = unpack(redis.call('HMGET', user, 'name', 'version'))
if string.match(current, '^%d+') ~= passwords then
  return false
end
if redis.call('ZSCORE', its_ended_sessions, session) then
  return false
end
return {name, current, expires}
