-- Stores the version of the layout, unless the instance has the same or a newer one.
--
-- Input
--   KEYS[1] instance (hash): the instance's record
--   ARGV[1] layout (integer)
-- Output: 0
local instance, layout = KEYS[1], tonumber(ARGV[1])
if tonumber(redis.call('HGET', instance, 'schema')) < layout then
  -- NOTE: a full engine refuses a first write that adds; this one removes first.
  redis.call('HDEL', instance, 'schema')
  redis.call('HSET', instance, 'schema', layout)
end
return 0
