-- Finds the rule that answers a call, runs its operations, counts, reads the keys of its answer and
-- records the call, in one atomic step. All of it is done, or nothing.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] id (string): the route's public id
--   ARGV[3] max_items (integer): the most items of a list
--   ARGV[4] max_bytes (bytes): the most bytes of a list
--   ARGV[5] revision (string): of the document that the caller knows
--   ARGV[6] plans (MessagePack): of the rules that may answer, in order: rule, tests of keys,
--     whether it counts, order, the answer (below 0: by order), the names of keys that each answer
--     needs, the number of its operations, the label, the status of each answer (below 0: if its
--     key exists, else 404), and the weight of each answer (0: its status is sure; else its
--     record is left to the caller past half a MB of values times this; below 0: it is refused,
--     and nothing changes)
--   ARGV[7] room (bytes): the most that the values read may have in total
--   ARGV[8] entry (JSON): the record of the call without its end, or '' for none
--   ARGV[9] journal (string): the topic that gets the record
--   ARGV[10] bounds (string): the most messages of a topic, their age in ms, and bytes, separated
--     by blanks
--   ARGV[11..] operation (bytes): verb, name and argument of each operation of all plans
-- Output: the place of the plan that answers (0: none), the calls of its rule, 1 if the caller has
--   to record the call, and the name and value of each key; or -1, the revision and the document,
--   if the caller knows another one
-- Errors: not_found, too_many_comparisons, answer_too_large, quota_exceeded, busy, and
--   those of the operations
--- @include "lib/tenant"
--- @include "lib/known_document"
--- @include "lib/key_tests"
--- @include "lib/recorded_calls"
--- @lazy "batch/run_batch"
--- @lazy "lib/notify" notify_followers
local id, max_items, max_bytes, revision, plans = ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local room, entry, journal, bounds = tonumber(ARGV[7]), ARGV[8], ARGV[9], ARGV[10]
local fields = {unpack(ARGV, 11)}

local function run_operations(first, count)
  local argv = {version, '1', max_items, max_bytes, '16777216', bounds}
  for index = first, first + 3 * count - 1 do
    argv[#argv + 1] = fields[index]
  end
  local replies = run_batch(argv)
  replies = replies.err and {replies} or replies[1]
  local last = replies[#replies]
  if not last then
    return redis.error_reply('B9Y busy')
  end
  return type(last) == 'table' and last.err and last
end

local function answer_of(place, plan, first)
  local rule, _, counts, order, fixed, names, operations, label, statuses, weights = unpack(plan)
  local count = tonumber(redis.call('HGET', its_counts(id), rule) or 0) + (counts and 1 or 0)
  local index = fixed
  if fixed < 0 then
    index = order == 'loop' and (count - 1) % #names or math.min(count, #names) - 1
  end
  local status, weight = statuses[index + 1], weights[index + 1] or 0
  if weight < 0 then
    return {place, count, 1}
  end
  -- NOTE: before the operations, whose names have what remains of the quota.
  local records = status and entry ~= '' and open_journal(id, journal)
  local refused = operations > 0 and run_operations(first, operations)
  if refused then
    return refused
  end
  if counts then
    redis.call('HSET', its_counts(id), rule, count)
  end
  local answer, bytes = {place, count, 0}, 0
  for _, name in ipairs(names[index + 1] or {}) do
    local value = redis.call('GET', its_key(name))
    bytes = bytes + (value and #value or 0)
    answer[#answer + 1] = name
    answer[#answer + 1] = value
  end
  if bytes > room then
    return redis.error_reply('B9Y answer_too_large')
  end
  if 4 * (bytes + 1) * weight > room then
    answer[3] = 1
  elseif records then
    if status < 0 then
      status = answer[5] and 0 - status or 404
    end
    local rest = ',"rule":"' .. label .. '","status":' .. status .. '}'
    record_call(journal, bounds, entry .. rest)
  end
  -- NOTE: the script that records the others notifies of them.
  local is_sent = answer[3] == 0 and (entry ~= '' or counts or operations > 0)
  if is_sent and watched then
    notify_followers('route.call', id)
  end
  return answer
end

local newer = newer_document(id, revision)
if newer then
  return newer
end
local first = 1
for place, plan in ipairs(cmsgpack.unpack(plans)) do
  local is_met, refused = all_pass(plan[2])
  if refused then
    return refused
  end
  if is_met then
    return answer_of(place, plan, first)
  end
  first = first + 3 * plan[7]
end
return {0, 0, 1}
