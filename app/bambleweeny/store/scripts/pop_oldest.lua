-- ARGV[2] a list's name. Gives the oldest item's body, or nothing; where something of the list is
-- due later, how many milliseconds that will be. A list that has run empty is forgotten.
local ready, record = its_ready(ARGV[2]), its_list(ARGV[2])
local bytes, went, careful = unpack(redis.call('HMGET', record, 'bytes', 'out', 'careful'))
if not bytes then
  return false
end
if careful then
  local list = list_of(ARGV[2]).settle()
  local item = list.take()
  if not item then
    return list.next_due()
  end
  list.finish(item)
  list.save()
  return item.body
end
local item = redis.call('LPOP', ready)
if not item then
  return false
end
undo_by('LPUSH', ready, item)
local body = unpacked_body(item)
bytes = bytes - #body
if bytes == 0 and redis.call('EXISTS', ready) == 0 then
  redis.call('ZREM', its_lists, ARGV[2])
  redis.call('DEL', record)
else
  redis.call('HSET', record, 'bytes', bytes, 'out', tonumber(went or 0) + 1)
end
return body
