-- Writes keys, all or none. Skips expired keys. New keys are created only within the quota.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] keeps_existing (flag): leave existing keys unchanged
--   ARGV[3..] name (string), value (bytes), expires (ms or 0), content_type (string or ''):
--     for each key
-- Output: the number of keys written
-- Errors: quota_exceeded, max_bytes_exceeded, store_full
--- @include "lib/tenant"
--- @include "lib/quota"
--- @include "lib/key_metadata"
local keeps_existing = ARGV[2] == '1'
local now = now_in_ms()
-- NOTE: an engine checks its free memory only before the first write of a script.
redis.call('SETRANGE', its_probe, 0, '')
local exists, chosen, new_keys, growth, written = {}, {}, 0, 0, {}
for index = 3, #ARGV, 4 do
  local name, value, expires = unpack(ARGV, index, index + 3)
  expires = tonumber(expires)
  if expires == 0 or expires > now then
    if exists[name] == nil then
      exists[name] = redis.call('EXISTS', its_key(name)) == 1
      if not exists[name] then
        free_expired(name)
        new_keys = new_keys + 1
      end
    end
    if not (keeps_existing and exists[name]) then
      chosen[#chosen + 1] = index
      exists[name] = true
      local bytes = #name + #value + 64
      growth, written[name] = growth + bytes - (written[name] or counted_bytes(name)), bytes
    end
  end
end
if new_keys > 0 and room_in_quota() < new_keys then
  return redis.error_reply('B9Y quota_exceeded')
end
local refused = refuse_change(growth)
if refused then
  return refused
end
for _, index in ipairs(chosen) do
  local name, value, expires, content_type = unpack(ARGV, index, index + 3)
  write_key(name, value, tonumber(expires), content_type)
end
return #chosen
