-- ARGV[2] a list's name. Gives the oldest item's body, or nothing; where something of the list is
-- due later, how many milliseconds that will be. A list that has run empty is forgotten.
local ready, record = its_ready(ARGV[2]), its_list(ARGV[2])
local numbers = redis.call('HGET', record, 'numbers')
if not numbers then
  return false
end
local careful, bytes, came, went, last = struct.unpack(of_numbers, numbers)
if careful == 1 then
  return pop_carefully(ARGV)
end
local item = redis.call('LPOP', ready)
if string.byte(item) > 127 then
  redis.call('LPUSH', ready, item)
  return pop_carefully(ARGV)
end
if journal then
  journal[#journal + 1] = function() redis.call('LPUSH', ready, item) end
end
local body = string.sub(item, 9)
bytes = bytes - #body
if bytes == 0 and redis.call('EXISTS', ready) == 0 then
  redis.call('ZREM', its_lists, ARGV[2])
  redis.call('DEL', record)
else
  redis.call('HSET', record, 'numbers', struct.pack(of_numbers, 0, bytes, came, went + 1, last))
end
return body
