-- ARGV[2] a key's name, ARGV[3] the bytes, ARGV[4] and ARGV[5] what has to match and what
-- must not, ARGV[6] for how many seconds it lasts, or `keep`, or nothing, ARGV[7] its content
-- type, or `keep`, or nothing, ARGV[8] 1 where the earlier value is wanted. A new key is made
-- only within the quota. Gives what was there, as it is stored, or OK.
local name, value, lasts, content_type = ARGV[2], ARGV[3], ARGV[6], ARGV[7]
local found = look_up(name, ARGV[4], ARGV[5], ARGV[8])
local refused = refusal(name, found[1], ARGV[4], ARGV[5])
if refused then
  return refused
end
if not found[1] and quota_reached() then
  return redis.error_reply('B9Y quota_exceeded')
end
local ends, known_type = ends_and_type(found[2])
if lasts ~= 'keep' then
  ends = lasts == '' and 0 or ends_after(lasts)
end
write(name, value, ends, content_type == 'keep' and known_type or content_type)
return ARGV[8] == '1' and found or redis.status_reply('OK')
