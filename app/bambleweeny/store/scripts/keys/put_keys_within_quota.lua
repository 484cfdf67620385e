-- Writes keys, all or none. Skips keys that have expired. New keys are made only within the quota.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] stays (flag): whether to leave existing keys as they are
--   ARGV[3..] name (string), value (bytes), expires (ms or 0), content_type (string or ''):
--     for each key
-- Output: how many keys were written
-- Errors: quota_exceeded
--- @include "lib/tenant"
--- @include "lib/quota"
--- @include "lib/key_metadata"
local stays = ARGV[2] == '1'
local now = now_in_ms()
-- NOTE: an engine checks its free memory only before the first write of a script.
redis.call('SETRANGE', its_probe, 0, '')
local is_there, chosen, fresh = {}, {}, 0
for index = 3, #ARGV, 4 do
  local name, _, expires = unpack(ARGV, index, index + 3)
  expires = tonumber(expires)
  if expires == 0 or expires > now then
    if is_there[name] == nil then
      is_there[name] = redis.call('EXISTS', its_key(name)) == 1
      fresh = fresh + (is_there[name] and 0 or 1)
    end
    if not (stays and is_there[name]) then
      chosen[#chosen + 1] = index
      is_there[name] = true
    end
  end
end
if fresh > 0 and room_in_quota() < fresh then
  return redis.error_reply('B9Y quota_exceeded')
end
for _, index in ipairs(chosen) do
  local name, value, expires, content_type = unpack(ARGV, index, index + 3)
  write(name, value, tonumber(expires), content_type)
end
return #chosen
