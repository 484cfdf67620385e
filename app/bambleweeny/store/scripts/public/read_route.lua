-- Reads the key that a route shows, and keys that are nested in it, of one moment.
-- ARGV[2] the route's id, ARGV[3] the key, ARGV[4] the most bytes of the value, and of the
-- nested ones together, ARGV[5..] the nested keys.
-- Returns the values, the nested ones in their order; the first one alone where the nested
-- ones are too long, and nothing where it is too long itself.
-- NOTE: a script copies each value twice, so that lengths are asked for first.
local name = its_key(ARGV[3])
if not redis.call('ZSCORE', its_routes, ARGV[2]) or redis.call('EXISTS', name) == 0 then
  return redis.error_reply('B9Y not_found')
end
local most = tonumber(ARGV[4])
if redis.call('STRLEN', name) > most then
  return {}
end
local nested = {}
for index = 5, #ARGV do
  nested[index - 4] = its_key(ARGV[index])
  most = most - redis.call('STRLEN', nested[index - 4])
end
if most < 0 then
  return {redis.call('GET', name)}
end
return redis.call('MGET', name, unpack(nested))
