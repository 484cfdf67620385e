-- Forgets pushes to a list: ARGV[2] what their digests begin with, ARGV[3] until which microsecond,
-- ARGV[4] how many are looked at in each of the two sets, ARGV[5] and ARGV[6] behind which member of
-- each, or nothing. Gives the last member of each, or nothing at its end.
local function forget(pushes, begin)
  local from = begin ~= '' and '(' .. begin or '[' .. ARGV[2]
  local members = redis.call('ZRANGEBYLEX', pushes, from, '(' .. ARGV[2] .. '\255', 'LIMIT', 0, ARGV[4])
  local old = {}
  for _, member in ipairs(members) do
    if struct.unpack('>I7', member, #member - 13) <= tonumber(ARGV[3]) then
      old[#old + 1] = member
    end
  end
  if #old > 0 then
    redis.call('ZREM', pushes, unpack(old))
  end
  return #members == tonumber(ARGV[4]) and members[#members] or ''
end
return {forget(its_idempotent, ARGV[5]), forget(its_idempotent_old, ARGV[6])}
