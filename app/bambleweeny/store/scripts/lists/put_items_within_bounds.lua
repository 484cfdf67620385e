-- Adds items to a list, all or none, with new ids. Skips expired items; due items become ready. A
-- new list is created only within the quota.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] name (string): the list
--   ARGV[3] max_items (integer): the most items of a list
--   ARGV[4] max_bytes (bytes): the most bytes of a list
--   ARGV[5..] state (string), at (ms or 0), attempts (integer), expires (ms or 0), reason (string),
--     origin (string), body (bytes): for each item; `state` is `ready`, `delayed` or `dead`, and
--     `at` the time when the item is due or died
-- Output: the number of items added
-- Errors: list_full, quota_exceeded, max_bytes_exceeded, store_full, too_much_at_once
--- @include "lib/tenant"
--- @include "lib/notify"
--- @include "lib/quota"
--- @include "lib/items"
--- @include "lib/list"
local name = ARGV[2]
-- NOTE: an engine checks its free memory only before the first write of a script.
redis.call('SETRANGE', its_probe, 0, '')
local list, chosen, added_bytes = list_of(name).process_due_once(), {}, 0
local now_ms = list.now_ms
for index = 5, #ARGV, 7 do
  local state, at, attempts, expires, reason, origin, body = unpack(ARGV, index, index + 6)
  local item = {
    state = state, at = tonumber(at), attempts = tonumber(attempts), expires = tonumber(expires),
    reason = reason, origin = origin, body = body,
  }
  if item.expires == 0 or item.expires > now_ms then
    chosen[#chosen + 1] = item
    added_bytes = added_bytes + #body
  end
end
if #chosen == 0 then
  return 0
end
if not list.exists and quota_reached() then
  return redis.error_reply('B9Y quota_exceeded')
end
local refused = list.make_room(#chosen, added_bytes, 0)
if refused then
  return refused
end

local function store(item, lowest)
  item.id = list.unused_id(math.max(lowest, list.last_id + 1), 1)
  item.arrived = now_ms
  list.store_in_state(item, item.state, item.at)
  list.count_added(item)
end

-- NOTE: many items may be due at the same time. The id of a new one follows the last of theirs, so
-- that `unused_id` does not try each id.
local function store_delayed(item)
  local others = redis.call(
    'ZREVRANGEBYSCORE', list.by_state.delayed, item.at, item.at, 'LIMIT', 0, 1
  )
  store(item, math.max(item.at * 1000, tonumber(others[1] or 0) + 1))
end

local ttl = list.policy and list.policy.ttl
for _, item in ipairs(chosen) do
  if item.state == 'dead' then
    item.expires = 0
    store(item, now_in_us())
    list.last_id = item.id
  else
    if item.expires == 0 and ttl then
      item.expires = math.max(item.at, now_ms) + ttl * 1000
    end
    if item.at > now_ms then
      store_delayed(item)
    else
      list.append(item)
    end
  end
end
list.save(false)
notify('list.push', name)
return #chosen
