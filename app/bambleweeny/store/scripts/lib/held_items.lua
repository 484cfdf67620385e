-- Stands before the scripts of lists: what a list does with items that are leased, delayed or
-- dead. They are held in a hash by id, and their ids in a sorted set for each state.

-- Behind which id the next item is put that is delayed until the same moment: many of one script
-- are, and would each ask for the ids of all before them.
local last_delayed = {}

local function know_held_items(list)
  local name, held, ending, by_state, now_ms = list.name, list.held, list.ending, list.by_state, list.now_ms

  -- Counts an item off that was taken away.
  function list.forget(item)
    list.bytes = list.bytes - #item.body
    if item.expires > 0 and redis.call('ZREM', ending, text_of(item.id)) == 1 then
      undo_by('ZADD', ending, item.expires, text_of(item.id))
    end
  end

  function list.let_go(item)
    redis.call('HDEL', held, text_of(item.id))
  end

  -- Returns an item that is held, or nothing.
  function list.read_held(id)
    local data = redis.call('HGET', held, id)
    passed = passed + #(data or '') / 100
    return data and unpacked(data)
  end

  function list.keep(item, state, score)
    redis.call('HSET', held, text_of(item.id), packed(item))
    redis.call('ZADD', by_state[state], score, text_of(item.id))
  end

  -- Returns an id that no held item has: the one that is wanted, or one behind it. Ids that are
  -- taken come in long runs, whose end is found by steps that double and then halve.
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

  local function note_expiry(item)
    if item.expires > 0 then
      undo_by('ZREM', ending, text_of(item.id))
      redis.call('ZADD', ending, item.expires, text_of(item.id))
    end
  end

  function list.count_in(item)
    list.bytes, list.came = list.bytes + #item.body, list.came + 1
    note_expiry(item)
  end

  -- Adds an item that is ready after so many milliseconds; its place will be that of then.
  function list.delay(item, wait)
    local wanted = math.max(now_in_us() + wait * 1000, list.last + 1)
    local moment = name .. ' ' .. text_of(wanted)
    item.id = list.fresh_id(math.max(wanted, (last_delayed[moment] or 0) + 1), 1)
    last_delayed[moment] = item.id
    item.came = now_ms
    undo_by('HDEL', held, text_of(item.id))
    undo_by('ZREM', by_state.delayed, text_of(item.id))
    list.keep(item, 'delayed', math.floor(item.id / 1000))
    list.count_in(item)
    return item.id
  end

  -- Makes an item dead, here or as an item of the policy's list where that has room.
  function list.give_up(item, reason)
    local target = list.policy and list.policy.dead_letter
    redis.call('ZREM', ending, text_of(item.id))
    item.expires, item.reason = 0, reason
    if target and target ~= name then
      local other = list.other(target)
      if other.has_room(1, #item.body) and (other.is_there or not quota_reached()) then
        list.let_go(item)
        list.bytes = list.bytes - #item.body
        item.origin = name
        other.append(item)
        other.save()
        return
      end
    end
    list.keep(item, 'dead', now_ms)
  end

  -- What was leased and not acknowledged is ready again, unless it was leased too often.
  function list.give_back(item, wait)
    if item.expires > 0 and item.expires <= now_ms then
      list.let_go(item)
      list.forget(item)
    elseif list.policy and item.attempts >= (list.policy.max_attempts or math.huge) then
      list.give_up(item, 'max_attempts')
    elseif wait > 0 then
      list.keep(item, 'delayed', now_ms + wait)
    else
      list.let_go(item)
      list.insert(item)
    end
  end

  function list.lease(item, lasting)
    item.attempts = item.attempts + 1
    list.keep(item, 'leased', now_ms + lasting)
  end

  -- Counts what `take` gave as done.
  function list.finish(item)
    list.went = list.went + 1
    list.forget(item)
  end

  -- Finds a leased item by its id and the attempt.
  function list.leased(id, attempt)
    local item = redis.call('ZSCORE', by_state.leased, id) and list.read_held(id)
    return item and item.attempts == attempt and item or nil
  end

  function list.end_lease(item)
    redis.call('ZREM', by_state.leased, text_of(item.id))
  end

  function list.acknowledge(item)
    list.end_lease(item)
    list.let_go(item)
    list.finish(item)
  end

  function list.retry(item, wait)
    list.end_lease(item)
    list.give_back(item, wait)
  end

  function list.extend(item, lasting)
    -- NOTE: a full engine refuses a first write that adds; this one takes away first.
    list.end_lease(item)
    redis.call('ZADD', by_state.leased, now_ms + lasting, text_of(item.id))
  end

  function list.bury(item, reason)
    list.end_lease(item)
    list.give_up(item, reason)
  end
end
