-- Stands before what publishes: drops the oldest messages of a topic until it has so many and
-- so many bytes at most. Of those that are older than the age, in milliseconds, up to 100 go
-- at a time. The newest message stays.
local function trim_topic(name, most, age, most_bytes)
  local topic, horizon, dropped, freed = its_topic(name), now_in_ms() - age, 0, 0
  local length = redis.call('XLEN', topic)
  local bytes = tonumber(redis.call('HGET', its_topic_bytes, name))
  while length - dropped > 1 do
    local id, fields = unpack(redis.call('XRANGE', topic, '-', '+', 'COUNT', 1)[1])
    local is_over = length - dropped > most or bytes - freed > most_bytes
    local is_old = dropped < 100 and tonumber(string.match(id, '^%d+')) < horizon
    if not is_over and not is_old then
      break
    end
    redis.call('XDEL', topic, id)
    dropped = dropped + 1
    freed = freed + #fields[2] + #(fields[4] or '')
  end
  if freed > 0 then
    redis.call('HINCRBY', its_topic_bytes, name, 0 - freed)
  end
end
