-- The objects of a collection: keys with a common prefix, each named by the prefix and an id.
--- @include "lib/tenant"
local most_objects = 1000

-- Returns the ids of a collection's objects, or nil if it has more than 1,000. Their keys may have
-- expired.
local function object_ids(prefix)
  local names = redis.call(
    'ZRANGEBYLEX', its_keys, '[' .. prefix, '(' .. prefix .. '\255', 'LIMIT', 0, most_objects + 1
  )
  if #names > most_objects then
    return nil
  end
  local ids = {}
  for _, name in ipairs(names) do
    local object_id = string.sub(name, #prefix + 1)
    if object_id ~= '' and not string.find(object_id, ':', 1, true) then
      ids[#ids + 1] = object_id
    end
  end
  return ids
end
