-- Finds the dropped public ids of a sandbox that neither it nor one of its sets has. Forgets that
-- the others were dropped.
--
-- Input
--   KEYS[1] user (hash): the record of the sandbox
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] noun (string): `routes` or `bins`
-- Output: the ids
--- @include "lib/tenant"
--- @include "sandboxes/sets"
local noun = ARGV[2]
local index = noun == 'routes' and its_routes or its_bins
local dropped = noun == 'routes' and its_dropped_routes or its_dropped_bins
local indexes, unused = {index}, {}
for _, name in ipairs(redis.call('HKEYS', its_saved_sets)) do
  indexes[#indexes + 1] = under(tag_of_set(its_tag, name), index)
end
for _, id in ipairs(redis.call('ZRANGE', dropped, 0, -1)) do
  local is_used = false
  for _, one in ipairs(indexes) do
    is_used = is_used or redis.call('ZSCORE', one, id)
  end
  if is_used then
    redis.call('ZREM', dropped, id)
  else
    unused[#unused + 1] = id
  end
end
return unused
