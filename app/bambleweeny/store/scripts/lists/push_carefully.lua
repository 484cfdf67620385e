-- What `push_within_bounds` does where there are options, or more than ready items. The options
-- are `delay` and `ttl` in milliseconds, `front`, and `once`, the digest of the client's key.
local name, options = ARGV[2], ARGV[6] ~= '' and cjson.decode(ARGV[6]) or {}
local now_ms, once, day = math.floor(now_in_us() / 1000), options.once, 86400000

-- Gives the id of the first item of a push with this digest, if it came within a day.
local function pushed_before()
  for _, pushes in ipairs({its_idempotent, its_idempotent_old}) do
    local latest = redis.call(
      'ZREVRANGEBYLEX', pushes, '(' .. once .. '\255', '[' .. once, 'LIMIT', 0, 1
    )[1]
    if latest then
      local at, id = struct.unpack('>I7I7', latest, #once + 1)
      if at > now_in_us() - day * 1000 then
        return id
      end
    end
  end
end

-- After a day, or 100,000 digests, those of before become the old ones, and the old ones are
-- forgotten. The lifetime of a set says how old it is: it is two days from its first digest.
local function remember_push(id)
  local left = redis.call('PTTL', its_idempotent)
  if left >= 0 and (left <= day or redis.call('ZCARD', its_idempotent) >= 100000) then
    redis.call('UNLINK', its_idempotent_old)
    redis.call('RENAME', its_idempotent, its_idempotent_old)
    redis.call('PEXPIRE', its_idempotent_old, day)
    left = -1
  end
  redis.call('ZADD', its_idempotent, 0, once .. struct.pack('>I7I7', now_in_us(), id))
  if left < 0 then
    redis.call('PEXPIRE', its_idempotent, 2 * day)
  end
end

local known = once and pushed_before()
if known then
  return {known}
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
  remember_push(first)
end
tell('list.push', name)
return first
