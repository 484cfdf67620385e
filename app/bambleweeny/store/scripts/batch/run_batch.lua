-- Runs operations in order, each by the script of its single call. ARGV[2] is 1 where all
-- are done or none, ARGV[3] and ARGV[4] the most items and bytes of a list, ARGV[5] how many
-- bytes values may take, ARGV[6] the most messages of a topic, their age and the most bytes,
-- with blanks between, ARGV[7..] a verb, a name and an argument for each operation; of those
-- with terms and bounds the argument has several fields, each after its length.
-- Returns the replies, errors among them, and how many bytes are left. Where all or none are
-- done, an error is the last reply, and nothing has changed. Where much was due in the lists the
-- first operations alone have replies, of all or none not any: the others are not done.
local version, atomic, room = ARGV[1], ARGV[2] == '1', tonumber(ARGV[5])
local verbs, remember = {}, {}
local grows = {
  set = true, set_on_terms = true, incr = true, incr_within_bounds = true, push = true, push_with = true,
  publish = true,
}
local most, age, most_bytes = string.match(ARGV[6], '(%d+) (%d+) (%d+)')

local function with_fields(name, packed)
  local argv, at = {version, name}, 1
  while at <= #packed do
    argv[#argv + 1], at = struct.unpack('>I4c0', packed, at)
  end
  return argv
end

function verbs.get(name)
  return redis.call('GET', its_key(name))
end

-- NOTE: a digest is forgotten where its key is written, as the scripts of conditions do.
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

function verbs.set_on_terms(name, packed)
  return set_on_terms(with_fields(name, packed))
end

function verbs.incr_within_bounds(name, packed)
  digests[name] = nil
  return incr_within_bounds(with_fields(name, packed))
end

function verbs.del_on_terms(name, packed)
  local found = delete_on_terms(with_fields(name, packed))
  return found and (found.err and found or 1) or 0
end

function verbs.push(name, body)
  return push_within_bounds({version, name, ARGV[3], ARGV[4], '', '', body})
end

-- The argument has the options as JSON, a line's end, and the body.
function verbs.push_with(name, argument)
  local stop = string.find(argument, '\n', 1, true)
  local options, body = string.sub(argument, 1, stop - 1), string.sub(argument, stop + 1)
  return push_within_bounds({version, name, ARGV[3], ARGV[4], '', options, body})
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
  return publish_within_bounds({version, name, most, age, most_bytes, '', body, trims_later})
end

if atomic then
  held_back = {}
  remember = {
    set = remember_key,
    incr = remember_key,
    del = remember_key,
    set_on_terms = remember_key,
    incr_within_bounds = remember_key,
    del_on_terms = remember_key,
    push = remember_list,
    push_with = remember_list,
    pop = remember_list,
    publish = remember_topic,
  }
end

-- NOTE: an engine asks for room only before the first write of a script, and a deletion
-- needs none. Nothing put into a key that is not there makes no key.
local writable = redis.pcall('SETRANGE', its_probe, 0, '')
local full = type(writable) == 'table' and writable.err and writable
if full and not string.find(full.err, 'OOM', 1, true) then
  return full
end
if atomic then
  if not settle_lists() then
    return {{}, room}
  end
  journal = put_back
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
for index = 7, #ARGV, 3 do
  local ok, reply = pcall(run, ARGV[index], ARGV[index + 1], ARGV[index + 2])
  if not ok and type(reply) ~= 'table' then
    reply = {err = reply}
  end
  replies[#replies + 1] = reply
  if atomic and type(reply) == 'table' and reply.err then
    take_back()
    held_back, published = {}, {}
    break
  end
  if not atomic and is_worn() then
    break
  end
end
for name in pairs(published) do
  trim_topic(name, tonumber(most), tonumber(age), tonumber(most_bytes))
end
local held = held_back or {}
held_back = nil
for _, change in ipairs(held) do
  tell(unpack(change))
end
return {replies, room}
