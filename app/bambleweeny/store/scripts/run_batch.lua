-- Runs operations in order, each by the script of its single call. ARGV[2] is 1 where all
-- are done or none, ARGV[3] how many bytes values may take, ARGV[4] and ARGV[5] the most
-- items and bytes of a list, ARGV[6..9] what stands before a name in the names of a key, of
-- a list's items, of its record and of its channel, ARGV[10..] a verb, a name and an
-- argument for each operation. Gives the replies, errors among them, and how many bytes are
-- left. Where all or none are done, an error is the last reply, and nothing has changed.
local atomic, room = ARGV[2] == '1', tonumber(ARGV[3])
-- NOTE: what the operations name is not declared. It carries the hash tag of what is, so
-- it is in the same slot of a Cluster.
local of_key, of_list, deleted = {unpack(KEYS, 1, 5)}, {unpack(KEYS, 1, 5)}, {unpack(KEYS, 1, 5)}
local of_operation, of_push = {ARGV[1]}, {ARGV[1], '', ARGV[4], ARGV[5], '', '', ''}
deleted[6] = KEYS[2]

local verbs, grows, remember = {}, {set = true, incr = true, push = true}, {}

function verbs.get(name)
  return redis.call('GET', key(name))
end

function verbs.set(name, value)
  of_key[6], of_operation[2], of_operation[3] = key(name), name, value
  return set_within_quota(of_key, of_operation)
end

function verbs.incr(name, step)
  of_key[6], of_operation[2], of_operation[3] = key(name), name, step
  return incr_within_quota(of_key, of_operation)
end

function verbs.del(name)
  deleted[7], of_operation[2] = key(name), name
  return delete_with_index(deleted, of_operation)
end

function verbs.push(name, body)
  of_list[6], of_list[7] = items(name), record(name)
  of_push[2], of_push[6], of_push[7] = name, ARGV[9] .. name, body
  return push_within_bounds(of_list, of_push)
end

function verbs.pop(name)
  of_list[6], of_list[7], of_operation[2] = items(name), record(name), name
  return pop_oldest(of_list, of_operation)
end

if atomic then
  remember = {
    set = remember_key,
    incr = remember_key,
    del = remember_key,
    push = remember_list,
    pop = function(name) return remember_list(name, true) end,
  }
end

-- NOTE: an engine asks for room only before the first write of a script, and a deletion
-- needs none. Nothing put into a key that is not there makes no key.
local writable = redis.pcall('SETRANGE', KEYS[6], 0, '')
local full = type(writable) == 'table' and writable.err and writable
if full and not string.find(full.err, 'OOM', 1, true) then
  return full
end

local function run(verb, name, argument)
  if full and grows[verb] then
    return full
  end
  if room >= 0 and remember[verb] then
    room = room - remember[verb](name)
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

local replies = {}
for index = 10, #ARGV, 3 do
  local ok, reply = pcall(run, ARGV[index], ARGV[index + 1], ARGV[index + 2])
  if not ok and type(reply) ~= 'table' then
    reply = {err = reply}
  end
  replies[#replies + 1] = reply
  if atomic and type(reply) == 'table' and reply.err then
    take_back()
    break
  end
end
return {replies, room}
