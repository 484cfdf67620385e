-- ARGV[2] a list's name. Its numbers were fields of their own in layout 1.
local record = its_list(ARGV[2])
local bytes, came, went, last, careful = unpack(
  redis.call('HMGET', record, 'bytes', 'in', 'out', 'last', 'careful')
)
if not bytes then
  return 0
end
local newest = redis.call('LINDEX', its_ready(ARGV[2]), -1)
last = last or newest and struct.unpack('>I8', newest)
-- NOTE: a full engine refuses a first write that adds; this one takes away first.
redis.call('HDEL', record, 'bytes', 'in', 'out', 'last', 'careful')
redis.call('HSET', record, 'numbers', struct.pack(
  of_numbers, careful and 1 or 0, tonumber(bytes), tonumber(came or 0), tonumber(went or 0),
  tonumber(last or 0)
))
return 1
