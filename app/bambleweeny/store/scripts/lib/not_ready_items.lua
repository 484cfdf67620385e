-- The functions of a list for items that are leased, delayed or dead. The items are in a hash by
-- id, and their ids in a sorted set for each state.
--- @include "lib/items"
--- @include "lib/quota"

-- The last id by list and due time of the items that this script delays. It may delay many items to
-- the same time; without this, each one would try the ids of all earlier ones.
local last_delayed = {}

local function add_not_ready_items(list)
  local name, not_ready, item_expiries = list.name, list.not_ready, list.item_expiries
  local by_state, now_ms = list.by_state, list.now_ms

  -- Updates the bytes and expiries of the list for an item that was removed.
  function list.count_removed(item)
    list.change_size(-1, 0 - #item.body)
    if item.expires > 0 and redis.call('ZREM', item_expiries, text_of(item.id)) == 1 then
      undo_by('ZADD', item_expiries, item.expires, text_of(item.id))
    end
  end

  -- Removes an item from the hash.
  function list.delete_not_ready(item)
    redis.call('HDEL', not_ready, text_of(item.id))
  end

  -- Returns an item of the hash, or nil.
  function list.read_not_ready(id)
    local data = redis.call('HGET', not_ready, id)
    work_done = work_done + #(data or '') / 100
    return data and unpacked(data)
  end

  -- Stores an item in the hash, in a state.
  function list.store_in_state(item, state, score)
    redis.call('HSET', not_ready, text_of(item.id), packed(item))
    redis.call('ZADD', by_state[state], score, text_of(item.id))
  end

  -- Returns an id that no item of the hash has: the wanted one, or the next in the direction of
  -- `step`. Ids in use form long runs; steps that double, then halve, find the end of a run.
  function list.unused_id(wanted, step)
    if redis.call('HEXISTS', not_ready, text_of(wanted)) == 0 then
      return wanted
    end
    local function is_used(ahead)
      return redis.call('HEXISTS', not_ready, text_of(wanted + step * ahead)) == 1
    end
    local used, free = 0, 1
    while is_used(free) do
      used, free = free, 2 * free
    end
    while free - used > 1 do
      local middle = math.floor((used + free) / 2)
      if is_used(middle) then
        used = middle
      else
        free = middle
      end
    end
    return wanted + step * free
  end

  local function store_expiry(item)
    if item.expires > 0 then
      undo_by('ZREM', item_expiries, text_of(item.id))
      redis.call('ZADD', item_expiries, item.expires, text_of(item.id))
    end
  end

  -- Updates the bytes, counters and expiries of the list for an item that was added.
  function list.count_added(item)
    list.change_size(1, #item.body)
    list.total_in = list.total_in + 1
    store_expiry(item)
  end

  -- Adds an item that becomes ready after `wait` ms. Its id is that time, so that it is then
  -- inserted after all items that were ready before. Returns the id.
  function list.delay(item, wait)
    local wanted = math.max(now_in_us() + wait * 1000, list.last_id + 1)
    local due_key = name .. ' ' .. text_of(wanted)
    item.id = list.unused_id(math.max(wanted, (last_delayed[due_key] or 0) + 1), 1)
    last_delayed[due_key] = item.id
    item.arrived = now_ms
    undo_by('HDEL', not_ready, text_of(item.id))
    undo_by('ZREM', by_state.delayed, text_of(item.id))
    list.store_in_state(item, 'delayed', math.floor(item.id / 1000))
    list.count_added(item)
    return item.id
  end

  -- Makes an item dead: moves it to the policy's dead-letter list, or keeps it in this list if
  -- there is no such list or it has no room. Returns the name of the list that has it then.
  function list.make_dead(item, reason)
    local target = list.policy and list.policy.dead_letter
    list.has_died = true
    redis.call('ZREM', item_expiries, text_of(item.id))
    item.expires, item.reason = 0, reason
    if target and target ~= name then
      local other = list.other(target)
      if other.has_room(1, #item.body)
        and (other.exists or not (quota_reached() or other.reserve(#target + 64))) then
        list.delete_not_ready(item)
        list.change_size(-1, 0 - #item.body)
        item.origin = name
        other.append(item)
        other.save()
        return target
      end
    end
    list.store_in_state(item, 'dead', now_ms)
    return name
  end

  -- Makes an item ready that was delayed or dead and has been taken out. A dead item goes to the
  -- end of the list, as new as after a move. So does one whose id is the time to come at which it
  -- was due, and its TTL begins now; any other delayed item returns to its place.
  function list.make_ready(item, state, score)
    if state == 'dead' then
      item.attempts, item.reason, item.origin, item.arrived = 0, '', '', now_ms
    elseif item.id <= now_in_us() then
      list.insert(item)
      return
    end
    if item.expires > 0 then
      redis.call('ZREM', item_expiries, text_of(item.id))
      item.expires = item.expires - (score - now_ms)
    end
    item.id = list.unused_id(math.max(now_in_us(), list.last_id + 1), 1)
    store_expiry(item)
    list.insert(item)
  end

  -- Returns an item after its lease: deletes it if its TTL is over, else makes it dead after too
  -- many attempts, delayed if `wait` > 0, otherwise ready.
  function list.return_item(item, wait)
    if item.expires > 0 and item.expires <= now_ms then
      list.delete_not_ready(item)
      list.count_removed(item)
    elseif list.policy and item.attempts >= (list.policy.max_attempts or math.huge) then
      list.make_dead(item, 'max_attempts')
    elseif wait > 0 then
      list.store_in_state(item, 'delayed', now_ms + wait)
    else
      list.delete_not_ready(item)
      list.insert(item)
    end
  end

  -- Leases an item for `length` ms.
  function list.lease(item, length)
    item.attempts = item.attempts + 1
    list.store_in_state(item, 'leased', now_ms + length)
  end

  -- Updates bytes and counters for an item that left the list (popped or acknowledged).
  function list.count_consumed(item)
    list.total_out = list.total_out + 1
    list.count_removed(item)
  end

  -- Returns the leased item with an id and attempt, or nil.
  function list.read_leased(id, attempt)
    local item = redis.call('ZSCORE', by_state.leased, id) and list.read_not_ready(id)
    return item and item.attempts == attempt and item or nil
  end

  function list.remove_lease(item)
    redis.call('ZREM', by_state.leased, text_of(item.id))
  end

  function list.acknowledge(item)
    list.remove_lease(item)
    list.delete_not_ready(item)
    list.count_consumed(item)
  end

  function list.retry(item, wait)
    list.remove_lease(item)
    list.return_item(item, wait)
  end

  function list.extend(item, length)
    -- NOTE: a full engine refuses a first write that adds; this one removes first.
    list.remove_lease(item)
    redis.call('ZADD', by_state.leased, now_ms + length, text_of(item.id))
  end

  function list.bury(item, reason)
    list.remove_lease(item)
    list.make_dead(item, reason)
  end
end
