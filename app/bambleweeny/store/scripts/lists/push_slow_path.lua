-- Pushes with options, or to a list that has more than plain ready items. `push_within_bounds`
-- calls it.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] name (string): the list
--   ARGV[3] max_items (integer): the most items of a list
--   ARGV[4] max_bytes (bytes): the most bytes of a list
--   ARGV[5] bin (string): the public id of the plain bin that pushes, or ''
--   ARGV[6] packed_options (JSON): or ''. `delay` and `ttl` in ms, `front`, and `once`, the digest
--     of the client's idempotency key
--   ARGV[7..] body (bytes): for each item
-- Output: as `push_within_bounds`
-- Errors: list_full, quota_exceeded, max_bytes_exceeded, store_full, too_much_at_once
--- @include "lib/tenant"
--- @include "lib/notify"
--- @include "lib/quota"
--- @include "lib/items"
--- @include "lib/list"
local name, bin, packed_options = ARGV[2], ARGV[5], ARGV[6]
local options = packed_options ~= '' and cjson.decode(packed_options) or {}
local now_ms, once, day = math.floor(now_in_us() / 1000), options.once, 86400000

-- Returns the id of the first item of a push with the same idempotency key within the last day.
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

-- Stores the idempotency key of this push. Keys are in a newer and an older set. After a day or
-- 100,000 keys the older set is deleted, and the newer one becomes the older one. The TTL of the
-- newer set shows its age: it expires two days after its first key.
local function store_push(id)
  local left = redis.call('PTTL', its_idempotent)
  if left >= 0 and (left <= day or redis.call('ZCARD', its_idempotent) >= 100000) then
    redis.call('UNLINK', its_idempotent_old)
    free_expired_pushes()
    redis.call('RENAME', its_idempotent, its_idempotent_old)
    redis.call('PEXPIRE', its_idempotent_old, day)
    local bytes = redis.call('HGET', its_expiring_bytes, ' idempotent') or 0
    redis.call('HSET', its_expiring_bytes, ' idempotent_old', bytes)
    redis.call('HDEL', its_expiring_bytes, ' idempotent')
    left = -1
  elseif left < 0 then
    free_expired_pushes()
  end
  redis.call('ZADD', its_idempotent, 0, once .. struct.pack('>I7I7', now_in_us(), id))
  redis.call('HINCRBY', its_expiring_bytes, ' idempotent', 64)
  if left < 0 then
    redis.call('PEXPIRE', its_idempotent, 2 * day)
  end
end

local known = once and pushed_before()
if known then
  return {known}
end
-- NOTE: an engine checks its free memory only before the first write of a script, which may be one
-- that processes due items.
local writable = redis.pcall('SETRANGE', its_probe, 0, '')
if type(writable) == 'table' and writable.err then
  return writable
end
local list, first, added_bytes = list_of(name).process_due_once(), nil, 0
for index = 7, #ARGV do
  added_bytes = added_bytes + #ARGV[index]
end
if #ARGV == 6 then
  return 0
end
if not list.exists and quota_reached() then
  return redis.error_reply('B9Y quota_exceeded')
end
local refused = list.make_room(#ARGV - 6, added_bytes, once and 64 or 0)
if refused then
  return refused
end
local wait = options.delay or 0
local ttl = options.ttl or list.policy and list.policy.ttl and list.policy.ttl * 1000
local expires = ttl and now_ms + wait + ttl or 0
local begin, stop, step = 7, #ARGV, 1
if options.front then
  begin, stop, step = #ARGV, 7, -1
end
for index = begin, stop, step do
  local item = {attempts = 0, expires = expires, reason = '', origin = '', body = ARGV[index]}
  local id = wait > 0 and list.delay(item, wait) or options.front and list.prepend(item)
    or list.append(item)
  first = (step < 0 or not first) and id or first
end
list.save(false)
if once then
  store_push(first)
end
notify('list.push', name)
if bin ~= '' and watched then
  notify_followers('bin.call', bin)
end
return first
