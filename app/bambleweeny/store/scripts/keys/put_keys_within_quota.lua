-- Writes keys, all or none: ARGV[2] 1 where those that are there stay as they are, ARGV[3..] for
-- each a name, its bytes, when it ends in ms, or 0, and its content type, or nothing. What has
-- ended is left out. New keys are made only within the quota. Gives how many were written.
local stays, now = ARGV[2] == '1', now_in_ms()
-- NOTE: an engine asks for room only before the first write of a script.
redis.call('SETRANGE', its_probe, 0, '')
local is_there, chosen, fresh = {}, {}, 0
for index = 3, #ARGV, 4 do
  local name, ends = ARGV[index], tonumber(ARGV[index + 2])
  if ends == 0 or ends > now then
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
  local name, value, ends, content_type = unpack(ARGV, index, index + 3)
  write(name, value, tonumber(ends), content_type)
end
return #chosen
