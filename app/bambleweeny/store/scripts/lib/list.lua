-- A list with all its functions. The slow path uses it, for lists that have more than plain ready
-- items: items that are leased, delayed or dead, or that expire, or a policy. The field `due` of
-- the record is the time in ms at which the next item is due.
--- @include "lib/tenant"
--- @include "lib/list_counters"
--- @include "lib/items"
--- @include "lib/quota"
--- @include "lib/ready_items"
--- @include "lib/not_ready_items"
--- @include "lib/due_items"
--- @include "lib/find_items"
--- @lazy "lib/notify" notify_followers
local list_of
function list_of(name)
  local ready, record, not_ready = its_ready(name), its_list(name), its_not_ready(name)
  local item_expiries = its_item_expiries(name)
  local by_state = {leased = its_leased(name), delayed = its_delayed(name), dead = its_dead(name)}
  local now_ms = math.floor(now_in_us() / 1000)
  local list = {
    name = name, ready = ready, not_ready = not_ready, item_expiries = item_expiries,
    by_state = by_state, now_ms = now_ms, other = list_of, uncounted = 0,
  }
  local woken = 0

  local function load()
    local counters, low, due, policy = unpack(
      redis.call('HMGET', record, 'numbers', 'low', 'due', 'policy')
    )
    list.exists = counters and true
    list.bytes, list.total_in, list.total_out, list.last_id = 0, 0, 0, 0
    if counters then
      list.bytes, list.total_in, list.total_out, list.last_id = select(
        2, struct.unpack(counters_format, counters)
      )
    end
    list.lowest_id, list.due = tonumber(low or nil), tonumber(due or nil)
    list.policy = policy and cjson.decode(policy)
  end

  local function first_due()
    local due
    for _, ids in ipairs({by_state.leased, by_state.delayed, item_expiries}) do
      local first = redis.call('ZRANGE', ids, 0, 0, 'WITHSCORES')
      due = first[2] and math.min(due or math.huge, tonumber(first[2])) or due
    end
    return due
  end

  -- Counts growth before it is written; returns an error as `refuse_growth` does.
  function list.reserve(bytes)
    local refused = bytes > 0 and refuse_growth(bytes)
    if refused then
      return refused
    end
    if bytes > 0 then
      list.uncounted = list.uncounted - bytes
    end
  end

  -- Adds to the number of the list's items and to their bytes.
  function list.change_size(items, bytes)
    list.bytes = list.bytes + bytes
    list.uncounted = list.uncounted + bytes + 64 * items
  end

  -- Counts what the list has more than before, unless it has been reserved.
  local function count_changes(had_name)
    local has_name = list.exists and 1 or 0
    local bytes = list.uncounted + (has_name - had_name) * (#name + 64)
    list.uncounted = 0
    free_bytes(0 - bytes)
  end

  -- Writes the record, or deletes it if the list has neither items nor a policy.
  local function write_record()
    local not_ready_count = redis.call('HLEN', not_ready)
    local existed, published_due = list.exists, list.due
    list.exists = not_ready_count > 0 or list.policy or redis.call('EXISTS', ready) == 1
    if not list.exists then
      redis.call('UNLINK', record)
      redis.call('ZREM', its_lists, name)
      count_changes(existed and 1 or 0)
      list.bytes, list.total_in, list.total_out, list.due = 0, 0, 0, nil
      return
    end
    if not existed then
      redis.call('ZADD', its_lists, 0, name)
    end
    list.due = first_due()
    local needs_slow_path = (list.due or not_ready_count > 0 or list.policy) and 1 or 0
    redis.call('HSET', record, 'numbers', struct.pack(
      counters_format, needs_slow_path, list.bytes, list.total_in, list.total_out, list.last_id
    ))
    count_changes(existed and 1 or 0)
    for field, value in pairs({low = list.lowest_id, due = list.due}) do
      redis.call('HSET', record, field, value)
    end
    if not list.due then
      redis.call('HDEL', record, 'due')
    end
    if list.due and list.due < (published_due or math.huge) then
      local wait = math.max(list.due - now_ms, 0)
      redis.pcall('PUBLISH', its_pushed(name), string.format('in %.0f', wait))
    end
  end

  -- Notifies followers of an event, and of items that have died since the last one.
  local function notify_of(event)
    notify_followers(event, name)
    if list.has_died then
      list.has_died = false
      notify_followers('list.dead', name)
    end
  end

  -- Writes the record, or deletes it if the list has neither items nor a policy. Notifies followers
  -- of an event: `list.change` unless another one is given, or false for none.
  function list.save(event)
    write_record()
    if event ~= false and watched then
      notify_of(event or 'list.change')
    end
  end

  -- Wakes one client that waits for an item of the list.
  -- NOTE: an engine's user may lack the right to publish; then waiting clients time out.
  function list.wake_one()
    woken = woken + 1
    if woken <= max_woken then
      redis.pcall('PUBLISH', its_pushed(name), '')
    end
  end

  -- Returns the ms until the next item is due, or false if the list has no such item or is paused.
  -- 0 means that items are due already, more than one script processes.
  function list.next_due()
    local is_paused = list.policy and list.policy.paused
    return not is_paused and list.due and math.max(list.due - now_ms, 0) or false
  end

  function list.count(state)
    return by_state[state] and redis.call('ZCARD', by_state[state]) or redis.call('LLEN', ready)
  end

  -- Processes the due items of the list, at most once in a script; returns the list.
  function list.process_due_once()
    if list.due and list.due <= now_ms and not processed_lists[name] and not is_budget_spent() then
      processed_lists[name] = true
      list.process_due()
    end
    return list
  end

  add_ready_items(list)
  add_not_ready_items(list)
  add_due_items(list)
  add_item_search(list)
  load()
  return list
end
