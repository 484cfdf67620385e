-- Gives how many names there are. ARGV[2] `keys`, `lists` or `topics`, ARGV[3] with what they
-- begin, or nothing. Gives nothing where more than 1,000 have expired: then some of them are forgotten,
-- and it is to be asked again.
local is_keys, prefix = ARGV[2] == 'keys', ARGV[3]
local index = is_keys and its_keys or ARGV[2] == 'topics' and its_topics or its_lists
if prefix == '' then
  return redis.call('ZCARD', index) - (is_keys and expired() or 0)
end
local count = redis.call('ZLEXCOUNT', index, '[' .. prefix, '(' .. prefix .. '\255')
if not is_keys then
  return count
end
local gone = redis.call('ZRANGEBYSCORE', its_expiring, '-inf', now_in_ms(), 'LIMIT', 0, 1001)
if #gone > 1000 then
  for _ = 1, 10 do
    forget_expired()
  end
  return false
end
for _, name in ipairs(gone) do
  if string.sub(name, 1, #prefix) == prefix then
    count = count - 1
  end
end
return count
