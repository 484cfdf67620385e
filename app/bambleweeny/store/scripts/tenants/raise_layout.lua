-- KEYS[1] the instance's record; ARGV[1] a layout. It is noted unless a newer one is.
if tonumber(redis.call('HGET', KEYS[1], 'schema')) < tonumber(ARGV[1]) then
  -- NOTE: a full engine refuses a first write that adds; this one takes away first.
  redis.call('HDEL', KEYS[1], 'schema')
  redis.call('HSET', KEYS[1], 'schema', ARGV[1])
end
return 0
