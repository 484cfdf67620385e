-- Layout 2 kept keys of pushes as texts. ARGV[2..] for each the text, its digest, the microsecond of
-- the push, and the id of its first item, or nothing.
-- NOTE: a full engine refuses a first write that adds; this one takes away first.
for index = 2, #ARGV, 4 do
  local text, digest, at, id = unpack(ARGV, index, index + 3)
  redis.call('HDEL', its_once, text)
  redis.call('ZREM', its_once_at, text)
  if id ~= '' then
    redis.call('ZADD', its_idempotent, 0, digest .. struct.pack('>I7I7', tonumber(at), tonumber(id)))
  end
end
if redis.call('TTL', its_idempotent) == -1 then
  redis.call('EXPIRE', its_idempotent, 2 * 86400)
end
return 0
