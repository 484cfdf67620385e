-- The part of a list for items that are leased, delayed or dead. They are in a hash by id, and
-- their ids in a sorted set for each state.
--- @include "lib/items"
--- @include "lib/quota"

-- The last id for each list and moment until which items are delayed: a script may delay many until
-- the same moment, and each would look at the ids of all before it.
local last_delayed = {}

local function add_held_items(list)
  local name, held, ending = list.name, list.held, list.ending
  local by_state, now_ms = list.by_state, list.now_ms

  -- Updates bytes and expiries for an item that was removed.
  function list.count_removed(item)
    list.bytes = list.bytes - #item.body
    if item.expires > 0 and redis.call('ZREM', ending, text_of(item.id)) == 1 then
      undo_by('ZADD', ending, item.expires, text_of(item.id))
    end
  end

  -- Removes an item from the hash.
  function list.remove_held(item)
    redis.call('HDEL', held, text_of(item.id))
  end

  -- Returns an item of the hash, or nil.
  function list.read_held(id)
    local data = redis.call('HGET', held, id)
    passed = passed + #(data or '') / 100
    return data and unpacked(data)
  end

  -- Stores an item in the hash, in a state.
  function list.keep(item, state, score)
    redis.call('HSET', held, text_of(item.id), packed(item))
    redis.call('ZADD', by_state[state], score, text_of(item.id))
  end

  -- Returns an id that no item of the hash has: the wanted one, or the next in the direction of
  -- `step`. Ids in use come in long runs; steps that double, then halve, find the end of a run.
  function list.fresh_id(wanted, step)
    if redis.call('HEXISTS', held, text_of(wanted)) == 0 then
      return wanted
    end
    local function is_taken(ahead)
      return redis.call('HEXISTS', held, text_of(wanted + step * ahead)) == 1
    end
    local taken, free = 0, 1
    while is_taken(free) do
      taken, free = free, 2 * free
    end
    while free - taken > 1 do
      local middle = math.floor((taken + free) / 2)
      if is_taken(middle) then
        taken = middle
      else
        free = middle
      end
    end
    return wanted + step * free
  end

  local function store_expiry(item)
    if item.expires > 0 then
      undo_by('ZREM', ending, text_of(item.id))
      redis.call('ZADD', ending, item.expires, text_of(item.id))
    end
  end

  -- Updates bytes and counters for an item that was added.
  function list.count_added(item)
    list.bytes, list.came = list.bytes + #item.body, list.came + 1
    store_expiry(item)
  end

  -- Adds an item that will be ready after `wait` ms, at the place of that moment; returns its id.
  function list.delay(item, wait)
    local wanted = math.max(now_in_us() + wait * 1000, list.last + 1)
    local moment = name .. ' ' .. text_of(wanted)
    item.id = list.fresh_id(math.max(wanted, (last_delayed[moment] or 0) + 1), 1)
    last_delayed[moment] = item.id
    item.came = now_ms
    undo_by('HDEL', held, text_of(item.id))
    undo_by('ZREM', by_state.delayed, text_of(item.id))
    list.keep(item, 'delayed', math.floor(item.id / 1000))
    list.count_added(item)
    return item.id
  end

  -- Makes an item dead: in the policy's dead-letter list if that has room, else in this list.
  function list.make_dead(item, reason)
    local target = list.policy and list.policy.dead_letter
    redis.call('ZREM', ending, text_of(item.id))
    item.expires, item.reason = 0, reason
    if target and target ~= name then
      local other = list.other(target)
      if other.has_room(1, #item.body) and (other.is_there or not quota_reached()) then
        list.remove_held(item)
        list.bytes = list.bytes - #item.body
        item.origin = name
        other.append(item)
        other.save()
        return
      end
    end
    list.keep(item, 'dead', now_ms)
  end

  -- Makes an item ready whose lease is over, after `wait` ms; or dead after too many attempts.
  function list.return_item(item, wait)
    if item.expires > 0 and item.expires <= now_ms then
      list.remove_held(item)
      list.count_removed(item)
    elseif list.policy and item.attempts >= (list.policy.max_attempts or math.huge) then
      list.make_dead(item, 'max_attempts')
    elseif wait > 0 then
      list.keep(item, 'delayed', now_ms + wait)
    else
      list.remove_held(item)
      list.insert(item)
    end
  end

  -- Leases an item for `length` ms.
  function list.lease(item, length)
    item.attempts = item.attempts + 1
    list.keep(item, 'leased', now_ms + length)
  end

  -- Counts an item that `take` returned as gone out.
  function list.count_out(item)
    list.went = list.went + 1
    list.count_removed(item)
  end

  -- Returns the leased item with an id and attempt, or nil.
  function list.leased(id, attempt)
    local item = redis.call('ZSCORE', by_state.leased, id) and list.read_held(id)
    return item and item.attempts == attempt and item or nil
  end

  function list.end_lease(item)
    redis.call('ZREM', by_state.leased, text_of(item.id))
  end

  function list.acknowledge(item)
    list.end_lease(item)
    list.remove_held(item)
    list.count_out(item)
  end

  function list.retry(item, wait)
    list.end_lease(item)
    list.return_item(item, wait)
  end

  function list.extend(item, length)
    -- NOTE: a full engine refuses a first write that adds; this one removes first.
    list.end_lease(item)
    redis.call('ZADD', by_state.leased, now_ms + length, text_of(item.id))
  end

  function list.bury(item, reason)
    list.end_lease(item)
    list.make_dead(item, reason)
  end
end
