-- What `push_within_bounds` does where there are options, or more than ready items. The options
-- are `delay` and `ttl` in milliseconds, `front`, and `once`, the client's key of this push.
local name, options = ARGV[2], ARGV[6] ~= '' and cjson.decode(ARGV[6]) or {}
local now_ms, once = math.floor(now_in_us() / 1000), options.once and name .. ' ' .. options.once
local known = once and redis.call('ZSCORE', its_once_at, once)
if known and tonumber(known) > now_ms - 86400000 then
  return {tonumber(redis.call('HGET', its_once, once))}
end
-- NOTE: an engine asks for room only before the first write of a script, and what is due may
-- be done first.
local writable = redis.pcall('SETRANGE', its_probe, 0, '')
if type(writable) == 'table' and writable.err then
  return writable
end
local list, first, added = list_of(name).settle(), nil, 0
for index = 7, #ARGV do
  added = added + #ARGV[index]
end
if #ARGV == 6 then
  return 0
end
if not list.make_room(#ARGV - 6, added) then
  return redis.error_reply('B9Y list_full')
end
if not list.is_there and quota_reached() then
  return redis.error_reply('B9Y quota_exceeded')
end
local wait = options.delay or 0
local lasting = options.ttl or list.policy and list.policy.ttl and list.policy.ttl * 1000
local expires = lasting and now_ms + wait + lasting or 0
local begin, stop, step = 7, #ARGV, 1
if options.front then
  begin, stop, step = #ARGV, 7, -1
end
for index = begin, stop, step do
  local item = {attempts = 0, expires = expires, reason = '', origin = '', body = ARGV[index]}
  local id = wait > 0 and list.delay(item, wait) or options.front and list.prepend(item) or list.append(item)
  first = (step < 0 or not first) and id or first
end
list.save()
if once then
  redis.call('HSET', its_once, once, string.format('%.0f', first))
  redis.call('ZADD', its_once_at, now_ms, once)
  local old = redis.call('ZRANGEBYSCORE', its_once_at, '-inf', now_ms - 86400000, 'LIMIT', 0, 100)
  if #old == 0 and redis.call('ZCARD', its_once_at) > 100000 then
    old = redis.call('ZRANGE', its_once_at, 0, 0)
  end
  if #old > 0 then
    redis.call('HDEL', its_once, unpack(old))
    redis.call('ZREM', its_once_at, unpack(old))
  end
  redis.call('PEXPIRE', its_once, 86400000)
  redis.call('PEXPIRE', its_once_at, 86400000)
end
tell('list.push', name)
return first
