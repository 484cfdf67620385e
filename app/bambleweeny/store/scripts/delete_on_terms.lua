-- ARGV[2] a key's name, ARGV[3] and ARGV[4] what has to match and what must not. Gives what was
-- there, as it is stored, or nothing.
local found = redis.call('MGET', its_key(ARGV[2]), its_meta(ARGV[2]))
local refused = found[1] and refusal(found[1], ARGV[3], ARGV[4])
if refused then
  return refused
end
delete_key({ARGV[1], ARGV[2]})
return found[1] and found
