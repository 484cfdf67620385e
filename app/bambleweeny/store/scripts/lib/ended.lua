-- The end of a bin: a bin that has ended accepts nothing.
--- @include "lib/tenant"

-- Returns whether the bin `id` has an end, which is over.
local function has_ended(id)
  local at = tonumber(redis.call('HGET', its_document(id), 'ends_at') or 0)
  local now = redis.call('TIME')
  return at > 0 and at <= now[1] * 1000 + math.floor(now[2] / 1000)
end
