-- Deletes idempotency keys of pushes to a list.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] prefix (bytes): of the digests of the list's keys
--   ARGV[3] until_us (microseconds): delete only keys of pushes up to this time
--   ARGV[4] limit (integer): the most keys to read in each of the two sets
--   ARGV[5] after (bytes): the last member read in the newer set, or ''
--   ARGV[6] after_old (bytes): the last member read in the older set, or ''
-- Output: the number of deleted keys; the last member read in each set, or '' at the set's end
--- @include "lib/tenant"
local prefix, until_us, limit = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local after, after_old = ARGV[5], ARGV[6]
local deleted = 0

local function delete_from(pushes, field, begin)
  local from = begin ~= '' and '(' .. begin or '[' .. prefix
  local members = redis.call(
    'ZRANGEBYLEX', pushes, from, '(' .. prefix .. '\255', 'LIMIT', 0, limit
  )
  local old = {}
  for _, member in ipairs(members) do
    if struct.unpack('>I7', member, #member - 13) <= until_us then
      old[#old + 1] = member
    end
  end
  if #old > 0 then
    local removed = redis.call('ZREM', pushes, unpack(old))
    local freed = 64 * removed
    deleted = deleted + removed
    if redis.call('HINCRBY', its_expiring_bytes, field, 0 - freed) == 0 then
      redis.call('HDEL', its_expiring_bytes, field)
    end
    redis.call('HINCRBY', user, 'room', freed)
  end
  return #members == limit and members[#members] or ''
end

local last = delete_from(its_idempotent, ' idempotent', after)
local last_old = delete_from(its_idempotent_old, ' idempotent_old', after_old)
return {deleted, last, last_old}
