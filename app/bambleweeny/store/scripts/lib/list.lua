-- Stands before the scripts of lists, after all parts of what a list knows.
-- A list that is to be treated carefully has more than ready items that stay: items that are
-- leased, delayed or dead, or that expire, or a policy. Its `due` is the millisecond at which the
-- next of them wants attention.
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

  -- Writes the record. A list is there while it has items in any state, or a policy.
  function list.save()
    local kept = redis.call('HLEN', held)
    local was_there, told = list.is_there, list.due
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
    local careful = (list.due or kept > 0 or list.policy) and 1 or 0
    redis.call('HSET', record, 'numbers', struct.pack(
      of_numbers, careful, list.bytes, list.came, list.went, list.last
    ))
    for field, value in pairs({low = list.low, due = list.due}) do
      redis.call('HSET', record, field, value)
    end
    if not list.due then
      redis.call('HDEL', record, 'due')
    end
    if list.due and list.due < (told or math.huge) then
      redis.pcall('PUBLISH', its_pushed(name), string.format('in %.0f', math.max(list.due - now_ms, 0)))
    end
  end

  -- NOTE: an engine's user may lack the right to publish; then those who wait time out.
  function list.wake_one()
    woken = woken + 1
    if woken <= most_woken then
      redis.pcall('PUBLISH', its_pushed(name), '')
    end
  end

  -- Gives how many milliseconds it will be until something is due, or nothing. Where that is
  -- 0, more was due than is done at once.
  function list.next_due()
    local is_paused = list.policy and list.policy.paused
    return not is_paused and list.due and math.max(list.due - now_ms, 0) or false
  end

  function list.count(state)
    return by_state[state] and redis.call('ZCARD', by_state[state]) or redis.call('LLEN', ready)
  end

  function list.settle()
    if list.due and list.due <= now_ms and not settled[name] and not is_worn() then
      settled[name] = true
      list.do_due()
    end
    return list
  end

  know_ready_items(list)
  know_held_items(list)
  know_due_items(list)
  know_found_items(list)
  load()
  return list
end
