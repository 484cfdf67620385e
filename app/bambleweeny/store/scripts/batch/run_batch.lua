-- Runs operations in order, each with the script of its single call.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] atomic (flag): run all or none
--   ARGV[3] max_items (integer): the most items of a list
--   ARGV[4] max_bytes (bytes): the most bytes of a list
--   ARGV[5] room (bytes): the most that the values read, and if atomic the values replaced, may
--     have in total
--   ARGV[6] bounds (string): the most messages of a topic, their age in ms, and bytes, separated by
--     blanks
--   ARGV[7..] verb (string), name (string), argument (bytes): for each operation. In an
--     argument of several fields, each field follows its length in 4 bytes.
-- Output: the replies, which may be errors; the rest of `room`. If atomic, an error is the last
--   reply, and nothing has changed. If many items of lists were due, only the first operations have
--   replies (if atomic, none): the others have not run.
-- Errors: too_much_at_once, busy, and those of the single calls
--- @include "lib/tenant"
--- @include "lib/journal"
--- @include "lib/notify"
--- @include "lib/items"
--- @include "lib/key_metadata"
--- @include "lib/trim_topic"
--- @include "batch/rollback"
--- @function "keys/set_within_quota"
--- @function "keys/incr_within_quota"
--- @function "keys/delete_key"
--- @function "keys/set_with_options_within_quota"
--- @function "keys/incr_within_bounds"
--- @function "keys/delete_on_conditions"
--- @function "lists/push_within_bounds"
--- @function "lists/pop_oldest"
--- @function "topics/publish_within_bounds"
local atomic, room, bounds = ARGV[2] == '1', tonumber(ARGV[5]), ARGV[6]
local verbs, savers = {}, {}
local grows = {
  set = true, set_with_options = true, incr = true, incr_within_bounds = true,
  push = true, push_with = true, publish = true,
}
local max_messages, max_age, max_topic_bytes = string.match(bounds, '(%d+) (%d+) (%d+)')

local function with_fields(name, fields)
  local argv, offset = {version, name}, 1
  while offset <= #fields do
    argv[#argv + 1], offset = struct.unpack('>I4c0', fields, offset)
  end
  return argv
end

function verbs.get(name)
  return redis.call('GET', its_key(name))
end

-- NOTE: the scripts without conditions know no digests, so the digest of a written key is removed
-- here.
function verbs.set(name, value)
  digests[name] = nil
  return set_within_quota({version, name, value})
end

function verbs.incr(name, step)
  digests[name] = nil
  return incr_within_quota({version, name, step})
end

function verbs.del(name)
  digests[name] = nil
  return delete_key({version, name})
end

function verbs.set_with_options(name, fields)
  return set_with_options_within_quota(with_fields(name, fields))
end

function verbs.incr_within_bounds(name, fields)
  digests[name] = nil
  return incr_within_bounds(with_fields(name, fields))
end

function verbs.delete_on_conditions(name, fields)
  local found = delete_on_conditions(with_fields(name, fields))
  return found and (found.err and found or 1) or 0
end

function verbs.push(name, body)
  return push_within_bounds({version, name, max_items, max_bytes, '', '', body})
end

-- The argument is the options as JSON, a newline, and the body.
function verbs.push_with(name, argument)
  local stop = string.find(argument, '\n', 1, true)
  local options, body = string.sub(argument, 1, stop - 1), string.sub(argument, stop + 1)
  return push_within_bounds({version, name, max_items, max_bytes, '', options, body})
end

function verbs.pop(name)
  local body = pop_oldest({version, name})
  if body == 0 then
    return redis.error_reply('B9Y busy')
  end
  return type(body) == 'string' and body
end

function verbs.publish(name, body)
  local trims_later = atomic and '1' or ''
  return publish_within_bounds({
    version, name, max_messages, max_age, max_topic_bytes, '', body, trims_later,
  })
end

if atomic then
  savers = {
    set = save_key,
    incr = save_key,
    del = save_key,
    set_with_options = save_key,
    incr_within_bounds = save_key,
    delete_on_conditions = save_key,
    push = save_list,
    push_with = save_list,
    pop = save_list,
    publish = save_topic,
  }
end

-- NOTE: an engine checks its free memory only before the first write of a script, and not for a
-- deletion. SETRANGE with an empty text creates no key.
local writable = redis.pcall('SETRANGE', its_probe, 0, '')
local full = type(writable) == 'table' and writable.err and writable
if full and not string.find(full.err, 'OOM', 1, true) then
  return full
end
if atomic then
  if not process_due_of_batch(ARGV, 7) then
    return {{}, room}
  end
  save_room()
  journal, deferred_events = undo_steps, {}
end

local verb, name, argument

local function run()
  if full and grows[verb] then
    return full
  end
  if room >= 0 and savers[verb] then
    room = room - savers[verb](name)
  end
  if room < 0 and (atomic or verb == 'get' or verb == 'pop') then
    return redis.error_reply('B9Y too_much_at_once')
  end
  local reply = verbs[verb](name, argument)
  if type(reply) == 'string' then
    room = room - #reply
  end
  return reply
end

-- Returns an error reply with the name of this script and the line that raised it, for the log.
-- NOTE: `redis.call` raises an error without a line, a table from Redis 7 on. `error` finds the
-- line of the function at a level of the stack: 3 is `redis.call`, and 4 may be a tail call.
local function with_line(raised)
  local text = type(raised) == 'table' and raised.err or tostring(raised)
  if string.find(text, 'B9Y', 1, true) then
    return {err = text}
  end
  local line, level = '', 4
  while line == '' and level < 7 and not string.find(text, 'user_script', 1, true) do
    line, level = select(2, pcall(error, '', level)), level + 1
  end
  return {err = text .. ' script: batch/run_batch, on @' .. line}
end

local replies = {}
for index = 7, #ARGV, 3 do
  verb, name, argument = unpack(ARGV, index, index + 2)
  local _, reply = xpcall(run, with_line)
  replies[#replies + 1] = reply
  if atomic and type(reply) == 'table' and reply.err then
    rollback()
    deferred_events, published = {}, {}
    break
  end
  if not atomic and is_budget_spent() then
    break
  end
end
for topic in pairs(published) do
  trim_topic(topic, tonumber(max_messages), tonumber(max_age), tonumber(max_topic_bytes))
end
local events = deferred_events or {}
deferred_events = nil
for _, event in ipairs(events) do
  local notify_again, kind, of = unpack(event)
  notify_again(kind, of)
end
return {replies, room}
