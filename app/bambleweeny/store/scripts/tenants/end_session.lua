-- Ends one session. Changes the version of the user's record, so that each server compares the
-- other sessions with the ended ones once more. With 1,000 ended sessions that have not expired,
-- all sessions of the user end.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] session (string): its id
--   ARGV[3] expires (seconds): when the session expires, since the epoch
--   ARGV[4] now (seconds): since the epoch
-- Output: the new version
--- @include "lib/tenant"
--- @function "tenants/raise_version"
local session, expires, now = ARGV[2], ARGV[3], ARGV[4]
local max_ended = 1000
-- NOTE: a full engine refuses a first write that adds; this one removes first.
redis.call('ZREMRANGEBYSCORE', its_ended_sessions, '-inf', now)
if redis.call('ZCARD', its_ended_sessions) >= max_ended then
  redis.call('UNLINK', its_ended_sessions)
  return raise_version({1, 0})
end
redis.call('ZADD', its_ended_sessions, expires, session)
return raise_version({0, 1})
