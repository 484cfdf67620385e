-- Stands before every script of a tenant. KEYS[1..5] are the tenant's record and
-- its indexes of keys, lists, routes and bins. ARGV[1] is the token version that
-- the caller was given; it is empty where nobody is logged in, as at a bin.
local user = redis.call('HMGET', KEYS[1], 'version', 'quota')
if not user[1] or (ARGV[1] ~= '' and ARGV[1] ~= user[1]) then
  return redis.error_reply('B9Y unauthorized')
end

local function quota_reached()
  local quota = tonumber(user[2])
  if quota == 0 then
    return false
  end
  local owned = 0
  for index = 2, 5 do
    owned = owned + redis.call('ZCARD', KEYS[index])
  end
  return owned >= quota
end
