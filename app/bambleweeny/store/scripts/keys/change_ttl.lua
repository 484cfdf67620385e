-- ARGV[2] a key's name, ARGV[3] for how many seconds it lasts from now, or `none` for ever,
-- ARGV[4] and ARGV[5] what has to match and what must not, ARGV[6] 1 where the key is wanted.
-- Gives what is there, as it is stored, or OK, or nothing.
local name = ARGV[2]
local found = look_up(name, ARGV[4], ARGV[5], ARGV[6])
if not found[1] then
  return false
end
local refused = refusal(name, found[1], ARGV[4], ARGV[5])
if refused then
  return refused
end
local _, content_type = ends_and_type(found[2])
local ends = ARGV[3] == 'none' and 0 or ends_after(ARGV[3])
note(name, ends, content_type)
if ends == 0 then
  redis.call('PERSIST', its_key(name))
else
  redis.call('PEXPIREAT', its_key(name), ends)
end
if ARGV[6] ~= '1' then
  return redis.status_reply('OK')
end
return {found[1], redis.call('GET', its_meta(name))}
