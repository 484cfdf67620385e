-- Deletes idempotency keys of pushes to a list.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] prefix (bytes): of the digests of the list's keys
--   ARGV[3] before (microseconds): the pushes are not later
--   ARGV[4] most (integer): keys to look at in each of the two sets
--   ARGV[5] after (bytes): the last member seen in the newer set, or ''
--   ARGV[6] after_old (bytes): the last member seen in the older set, or ''
-- Output: the last member of each set, or '' at its end
--- @include "lib/tenant"
local prefix, before, most = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local after, after_old = ARGV[5], ARGV[6]

local function forget(pushes, begin)
  local from = begin ~= '' and '(' .. begin or '[' .. prefix
  local members = redis.call('ZRANGEBYLEX', pushes, from, '(' .. prefix .. '\255', 'LIMIT', 0, most)
  local old = {}
  for _, member in ipairs(members) do
    if struct.unpack('>I7', member, #member - 13) <= before then
      old[#old + 1] = member
    end
  end
  if #old > 0 then
    redis.call('ZREM', pushes, unpack(old))
  end
  return #members == most and members[#members] or ''
end

return {forget(its_idempotent, after), forget(its_idempotent_old, after_old)}
