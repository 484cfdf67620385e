-- Counts the items of lists, for a page of a listing. Processes due items first.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] first (string): the first list
--   ARGV[3] max_items (integer): the most items of a list
--   ARGV[4] max_bytes (bytes): the most bytes of a list
--   ARGV[5..] name (string): for each further list
-- Output: for each list the numbers that `read_list_stats` returns, with nil for the age, and its
--   policy or ''; none for a list that does not exist. If many items are due, only the first lists,
--   at least one, have replies; the others are left to the next call.
--- @include "lib/tenant"
--- @include "lib/list_counters"
--- @include "lib/items"
--- @include "lib/list"
local first = ARGV[2]
local now_ms = now_in_us() / 1000

-- NOTE: `list_of` costs more than all the rest, and only a list with due items needs it.
local function counts_of(name)
  local record = its_list(name)
  local due = tonumber(redis.call('HGET', record, 'due') or nil)
  if due and due <= now_ms then
    list_of(name).process_due_once()
  end
  local counters, policy = unpack(redis.call('HMGET', record, 'numbers', 'policy'))
  if not counters then
    return {}
  end
  local needs_slow_path, bytes, total_in, total_out = struct.unpack(counters_format, counters)
  local leased, delayed, dead = 0, 0, 0
  if needs_slow_path == 1 then
    leased, delayed, dead = redis.call('ZCARD', its_leased(name)),
      redis.call('ZCARD', its_delayed(name)), redis.call('ZCARD', its_dead(name))
  end
  return {
    redis.call('LLEN', its_ready(name)), leased, delayed, dead, bytes, total_in, total_out,
    false, policy and cjson.decode(policy).paused and 1 or 0, policy or '',
  }
end

local replies = {counts_of(first)}
for index = 5, #ARGV do
  if is_budget_spent() then
    break
  end
  local name = ARGV[index]
  replies[#replies + 1] = counts_of(name)
end
return replies
