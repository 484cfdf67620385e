-- Adds a one-time code, with which another program gets a session of the same user. If there are
-- `max_codes` that nobody has used, it replaces the one that expires first.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's session
--   ARGV[2] digest (string): the SHA-256 of the code, in hexadecimal digits
--   ARGV[3] now (seconds): since the epoch
--   ARGV[4] seconds (integer): how long the code is valid
--   ARGV[5] expires (seconds): when the session of the caller expires
--   ARGV[6] session (string): the id of that session
-- Output: 1
--- @include "lib/tenant"
local digest, now, seconds, expires, session = ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local max_codes = 10
local passwords = string.match(redis.call('HGET', user, 'version'), '^%d+')
-- NOTE: a full engine refuses a first write that adds; these remove first.
redis.call('ZREMRANGEBYSCORE', its_login_codes, '-inf', now)
redis.call('ZREMRANGEBYRANK', its_login_codes, 0, -max_codes)
redis.call(
  'ZADD', its_login_codes, now + seconds,
  digest .. ' ' .. passwords .. ' ' .. expires .. ' ' .. session
)
redis.call('EXPIRE', its_login_codes, seconds)
return 1
