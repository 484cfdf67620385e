-- A list with all its verbs. The slow path, which uses it, is for lists that have more than plain
-- ready items: items that are leased, delayed or dead, or that expire, or a policy. `due` in the
-- record is the time in ms at which the next of them is due.
--- @include "lib/tenant"
--- @include "lib/list_counters"
--- @include "lib/items"
--- @include "lib/ready_items"
--- @include "lib/not_ready_items"
--- @include "lib/due_items"
--- @include "lib/find_items"
local list_of
function list_of(name)
  local ready, record, held = its_ready(name), its_list(name), its_held(name)
  local ending = its_ending(name)
  local by_state = {leased = its_leased(name), delayed = its_delayed(name), dead = its_dead(name)}
  local now_ms = math.floor(now_in_us() / 1000)
  local list = {
    name = name, ready = ready, held = held, ending = ending, by_state = by_state, now_ms = now_ms,
    other = list_of,
  }
  local woken = 0

  local function load()
    local numbers, low, due, policy = unpack(
      redis.call('HMGET', record, 'numbers', 'low', 'due', 'policy')
    )
    list.is_there = numbers and true
    list.bytes, list.came, list.went, list.last = 0, 0, 0, 0
    if numbers then
      list.bytes, list.came, list.went, list.last = select(2, struct.unpack(of_numbers, numbers))
    end
    list.low, list.due = tonumber(low or nil), tonumber(due or nil)
    list.policy = policy and cjson.decode(policy)
  end

  local function first_due()
    local due
    for _, index in ipairs({by_state.leased, by_state.delayed, ending}) do
      local first = redis.call('ZRANGE', index, 0, 0, 'WITHSCORES')
      due = first[2] and math.min(due or math.huge, tonumber(first[2])) or due
    end
    return due
  end

  -- Writes the record, or removes it: a list exists while it has items in any state, or a policy.
  function list.save()
    local kept = redis.call('HLEN', held)
    local was_there, published = list.is_there, list.due
    list.is_there = kept > 0 or list.policy or redis.call('EXISTS', ready) == 1
    if not list.is_there then
      redis.call('UNLINK', record)
      redis.call('ZREM', its_lists, name)
      list.bytes, list.came, list.went, list.due = 0, 0, 0, nil
      return
    end
    if not was_there then
      redis.call('ZADD', its_lists, 0, name)
    end
    list.due = first_due()
    local is_slow = (list.due or kept > 0 or list.policy) and 1 or 0
    redis.call('HSET', record, 'numbers', struct.pack(
      of_numbers, is_slow, list.bytes, list.came, list.went, list.last
    ))
    for field, value in pairs({low = list.low, due = list.due}) do
      redis.call('HSET', record, field, value)
    end
    if not list.due then
      redis.call('HDEL', record, 'due')
    end
    if list.due and list.due < (published or math.huge) then
      local wait = math.max(list.due - now_ms, 0)
      redis.pcall('PUBLISH', its_pushed(name), string.format('in %.0f', wait))
    end
  end

  -- Wakes one client that waits for an item.
  -- NOTE: an engine's user may lack the right to publish; then waiting clients time out.
  function list.wake_one()
    woken = woken + 1
    if woken <= most_woken then
      redis.pcall('PUBLISH', its_pushed(name), '')
    end
  end

  -- Returns the ms until an item is due, or false. 0 means that more is due than one script
  -- processes.
  function list.next_due()
    local is_paused = list.policy and list.policy.paused
    return not is_paused and list.due and math.max(list.due - now_ms, 0) or false
  end

  function list.count(state)
    return by_state[state] and redis.call('ZCARD', by_state[state]) or redis.call('LLEN', ready)
  end

  -- Processes due items, once in a script; returns the list.
  function list.settle()
    if list.due and list.due <= now_ms and not settled[name] and not has_done_enough() then
      settled[name] = true
      list.process_due()
    end
    return list
  end

  add_ready_items(list)
  add_held_items(list)
  add_due_items(list)
  add_found_items(list)
  load()
  return list
end
