-- ARGV[2] a key's name, ARGV[3] and ARGV[4] what has to match and what must not, ARGV[5] 1 where
-- the earlier value is wanted. Returns what was there, as it is stored, or nothing.
local name = ARGV[2]
local found = look_up(name, ARGV[3], ARGV[4], ARGV[5])
local refused = found[1] and refusal(name, found[1], ARGV[3], ARGV[4])
if refused then
  return refused
end
digests[name] = nil
delete_key({ARGV[1], name})
return found[1] and found
