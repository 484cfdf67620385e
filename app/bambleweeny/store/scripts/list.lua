-- Stands before the scripts of lists, after `items`.
-- The ready items stand in the order of their ids, always. A list whose record has `careful`
-- has more than ready items that stay: items that are leased, delayed or dead, or that
-- expire, or a policy. Its `due` is the millisecond at which the next of them wants attention.
local function list_of(name)
  local ready, record, held = its_ready(name), its_list(name), its_held(name)
  local ending = its_ending(name)
  local by_state = {leased = its_leased(name), delayed = its_delayed(name), dead = its_dead(name)}
  local now_ms = math.floor(now_in_us() / 1000)
  local list = {}

  local function load()
    local fields = redis.call('HMGET', record, 'bytes', 'in', 'out', 'last', 'due', 'policy')
    list.is_there = fields[1] and true
    list.bytes, list.came, list.went = tonumber(fields[1] or 0), tonumber(fields[2] or 0), tonumber(fields[3] or 0)
    list.last, list.due = tonumber(fields[4] or 0), tonumber(fields[5] or nil)
    list.policy = fields[6] and cjson.decode(fields[6])
    if not fields[4] then
      local item = redis.call('LINDEX', ready, -1)
      list.last = item and id_of(item) or 0
    end
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
    redis.call('HSET', record, 'bytes', list.bytes, 'in', list.came, 'out', list.went, 'last', list.last)
    list.due = first_due()
    if list.due then
      redis.call('HSET', record, 'careful', 1, 'due', list.due)
      if list.due < (told or math.huge) then
        redis.pcall('PUBLISH', its_pushed(name), string.format('in %.0f', math.max(list.due - now_ms, 0)))
      end
      return
    end
    redis.call('HDEL', record, 'due')
    if kept > 0 or list.policy then
      redis.call('HSET', record, 'careful', 1)
    else
      redis.call('HDEL', record, 'careful')
    end
  end

  local function text_of(id)
    return string.format('%.0f', id)
  end

  -- Where in the ready items the first one stands whose id is not lower.
  local function place_of(id)
    local low, high = 0, redis.call('LLEN', ready)
    while low < high do
      local middle = math.floor((low + high) / 2)
      if id_of(redis.call('LINDEX', ready, middle)) < id then
        low = middle + 1
      else
        high = middle
      end
    end
    return low
  end

  -- Tells one who waits.
  -- NOTE: an engine's user may lack the right to publish; then those who wait time out.
  local function tell()
    redis.pcall('PUBLISH', its_pushed(name), '')
  end

  -- Puts an item among the ready ones. What comes back belongs near the beginning, what was
  -- delayed near the end, so that this is cheap.
  local function insert(item)
    local data, length = packed(item), redis.call('LLEN', ready)
    local place = place_of(item.id)
    if place == 0 then
      redis.call('LPUSH', ready, data)
    elseif place == length then
      redis.call('RPUSH', ready, data)
    elseif place <= length / 2 then
      redis.call('LINSERT', ready, 'BEFORE', redis.call('LINDEX', ready, place), data)
    else
      local after = redis.call('RPOP', ready, length - place)
      redis.call('RPUSH', ready, data)
      for index = #after, 1, -1 do
        redis.call('RPUSH', ready, after[index])
      end
    end
    list.last = math.max(list.last, item.id)
    tell()
  end

  -- Counts an item off that was taken away.
  local function forget(item)
    list.bytes = list.bytes - #item.body
    if item.expires > 0 and redis.call('ZREM', ending, text_of(item.id)) == 1 then
      undo_by('ZADD', ending, item.expires, text_of(item.id))
    end
  end

  local function let_go(item)
    redis.call('HDEL', held, text_of(item.id))
  end

  local function keep(item, state, score)
    redis.call('HSET', held, text_of(item.id), packed(item))
    redis.call('ZADD', by_state[state], score, text_of(item.id))
  end

  local function fresh_id(id, step)
    while redis.call('HEXISTS', held, text_of(id)) == 1 do
      id = id + step
    end
    return id
  end

  local function note_expiry(item)
    if item.expires > 0 then
      undo_by('ZREM', ending, text_of(item.id))
      redis.call('ZADD', ending, item.expires, text_of(item.id))
    end
  end

  local function count_in(item)
    list.bytes, list.came = list.bytes + #item.body, list.came + 1
    note_expiry(item)
  end

  -- Adds an item at the end, under an id of its own, which it gives.
  function list.append(item)
    item.id = fresh_id(math.max(now_in_us(), list.last + 1), 1)
    item.came = math.floor(item.id / 1000)
    undo_by('RPOP', ready)
    redis.call('RPUSH', ready, packed(item))
    list.last = item.id
    count_in(item)
    tell()
    return item.id
  end

  -- Adds an item at the beginning.
  function list.prepend(item)
    local first = redis.call('LINDEX', ready, 0)
    if not first then
      return list.append(item)
    end
    item.id = fresh_id(id_of(first) - 1, -1)
    item.came = now_ms
    undo_by('LPOP', ready)
    redis.call('LPUSH', ready, packed(item))
    count_in(item)
    tell()
    return item.id
  end

  -- Adds an item that is ready after so many milliseconds; its place will be that of then.
  function list.delay(item, wait)
    item.id = fresh_id(math.max(now_in_us() + wait * 1000, list.last + 1), 1)
    item.came = now_ms
    undo_by('HDEL', held, text_of(item.id))
    undo_by('ZREM', by_state.delayed, text_of(item.id))
    keep(item, 'delayed', math.floor(item.id / 1000))
    count_in(item)
    return item.id
  end

  function list.has_room(count, added)
    local most = math.min(most_items, list.policy and list.policy.max_len or math.huge)
    local length = redis.call('LLEN', ready) + redis.call('HLEN', held)
    return length + count <= most and list.bytes + added <= most_bytes
  end

  -- Makes room for so many items and bytes, where the policy is to drop the oldest.
  function list.make_room(count, added)
    local dropped = {}
    while not list.has_room(count, added) do
      local item = list.policy and list.policy.overflow == 'drop_oldest' and redis.call('LPOP', ready)
      if not item then
        for index = #dropped, 1, -1 do
          redis.call('LPUSH', ready, dropped[index])
          list.bytes = list.bytes + #unpacked(dropped[index]).body
        end
        return false
      end
      dropped[#dropped + 1] = item
      list.bytes = list.bytes - #unpacked(item).body
    end
    for _, item in ipairs(dropped) do
      undo_by('LPUSH', ready, item)
      item = unpacked(item)
      list.bytes = list.bytes + #item.body
      forget(item)
    end
    return true
  end

  -- Makes an item dead, here or as an item of the policy's list where that has room.
  local function bury(item, reason)
    local target = list.policy and list.policy.dead_letter
    redis.call('ZREM', ending, text_of(item.id))
    item.expires, item.reason = 0, reason
    if target and target ~= name then
      local other = list_of(target)
      if other.has_room(1, #item.body) and (other.is_there or not quota_reached()) then
        let_go(item)
        list.bytes = list.bytes - #item.body
        item.origin = name
        other.append(item)
        other.save()
        return
      end
    end
    keep(item, 'dead', now_ms)
  end

  -- What was leased and not acknowledged is ready again, unless it was leased too often.
  local function give_back(item, wait)
    if item.expires > 0 and item.expires <= now_ms then
      let_go(item)
      forget(item)
    elseif list.policy and item.attempts >= (list.policy.max_attempts or math.huge) then
      bury(item, 'max_attempts')
    elseif wait > 0 then
      keep(item, 'delayed', now_ms + wait)
    else
      let_go(item)
      insert(item)
    end
  end

  local function remove_ready(place, data)
    local is_near = place * 2 <= redis.call('LLEN', ready)
    redis.call('LREM', ready, is_near and 1 or -1, data)
  end

  local function drop_expired(id)
    redis.call('ZREM', ending, id)
    local state, item, _, place, data = list.find(id)
    if state == 'delayed' then
      redis.call('ZREM', by_state.delayed, id)
      let_go(item)
      forget(item)
    elseif state == 'ready' then
      remove_ready(place, data)
      forget(item)
    end
  end

  local function items_of(ids)
    local items = {}
    for _, data in ipairs(redis.call('HMGET', held, unpack(ids))) do
      items[#items + 1] = unpacked(data)
    end
    return items
  end

  -- Does what is due, up to 200 things of each kind. Where more leases ended, those of the
  -- last ones come first: then each goes to the very beginning.
  local function settle()
    local ids = redis.call('ZREVRANGEBYSCORE', by_state.leased, now_ms, '-inf', 'LIMIT', 0, 200)
    if #ids > 0 then
      redis.call('ZREM', by_state.leased, unpack(ids))
      local items = items_of(ids)
      table.sort(items, function(one, other) return one.id > other.id end)
      for _, item in ipairs(items) do
        give_back(item, 0)
      end
    end
    ids = redis.call('ZRANGEBYSCORE', by_state.delayed, '-inf', now_ms, 'LIMIT', 0, 200)
    if #ids > 0 then
      redis.call('ZREM', by_state.delayed, unpack(ids))
      for _, item in ipairs(items_of(ids)) do
        let_go(item)
        insert(item)
      end
    end
    for _, id in ipairs(redis.call('ZRANGEBYSCORE', ending, '-inf', now_ms, 'LIMIT', 0, 200)) do
      drop_expired(id)
    end
    list.save()
  end

  -- Takes the first ready item off and gives it, or nothing; also where the list is paused.
  function list.take()
    if list.policy and list.policy.paused then
      return nil
    end
    while true do
      local data = redis.call('LPOP', ready)
      if not data then
        return nil
      end
      undo_by('LPUSH', ready, data)
      local item = unpacked(data)
      if item.expires == 0 or item.expires > now_ms then
        return item
      end
      forget(item)
    end
  end

  -- Puts what `take` gave back to the beginning.
  function list.put_back(item)
    redis.call('LPUSH', ready, packed(item))
  end

  -- Counts what `take` gave as done.
  function list.finish(item)
    list.went = list.went + 1
    forget(item)
  end

  function list.lease(item, lasting)
    item.attempts = item.attempts + 1
    keep(item, 'leased', now_ms + lasting)
  end

  -- Gives how many milliseconds it will be until something is due, or nothing.
  function list.next_due()
    local is_paused = list.policy and list.policy.paused
    return not is_paused and list.due and math.max(list.due - now_ms, 1) or false
  end

  -- Finds an item: its state, the item, when its lease or delay ends or when it died; a ready
  -- one's place and bytes.
  function list.find(id)
    local data = redis.call('HGET', held, id)
    if data then
      for state, index in pairs(by_state) do
        local score = redis.call('ZSCORE', index, id)
        if score then
          return state, unpacked(data), score
        end
      end
    end
    local place = place_of(tonumber(id))
    data = redis.call('LINDEX', ready, place)
    if data and id_of(data) == tonumber(id) then
      return 'ready', unpacked(data), 0, place, data
    end
  end

  -- Takes an item away, wherever it is.
  function list.remove(id)
    local state, item, _, place, data = list.find(id)
    if not state then
      return nil
    end
    if state == 'ready' then
      remove_ready(place, data)
    else
      redis.call('ZREM', by_state[state], id)
      let_go(item)
    end
    forget(item)
    return item
  end

  -- Gives the ids of the first items in a state.
  function list.first_ids(state, most)
    if state ~= 'ready' then
      return redis.call('ZRANGE', by_state[state], 0, most - 1)
    end
    local ids = {}
    for _, data in ipairs(redis.call('LRANGE', ready, 0, most - 1)) do
      ids[#ids + 1] = text_of(id_of(data))
    end
    return ids
  end

  -- Gives items in a state, each with its score, behind the one with that score and id: at
  -- most so many, and no more once so many bytes are given.
  function list.page(state, score, id, most, room)
    local index, page = by_state[state], {}
    local low, high = 0, index and redis.call('ZCARD', index) or 0
    if not index then
      low = place_of(tonumber(id) + 1)
    end
    while low < high do
      local middle = math.floor((low + high) / 2)
      local found = redis.call('ZRANGE', index, middle, middle, 'WITHSCORES')
      local other = tonumber(found[2])
      if other < score or (other == score and found[1] <= id) then
        low = middle + 1
      else
        high = middle
      end
    end
    while #page < 2 * most and room >= 0 do
      local step = math.min(20, most - #page / 2)
      local found, scores = {}, {}
      if not index then
        found = redis.call('LRANGE', ready, low, low + step - 1)
      else
        local pairs_found = redis.call('ZRANGE', index, low, low + step - 1, 'WITHSCORES')
        local ids = {}
        for place = 1, #pairs_found, 2 do
          ids[#ids + 1], scores[#scores + 1] = pairs_found[place], pairs_found[place + 1]
        end
        found = #ids > 0 and redis.call('HMGET', held, unpack(ids)) or {}
      end
      for place, data in ipairs(found) do
        page[#page + 1], page[#page + 2] = data, scores[place] or '0'
        room = room - #data
        if room < 0 then
          break
        end
      end
      if #found < step then
        break
      end
      low = low + step
    end
    return page
  end

  -- Finds a leased item by its id and the attempt.
  function list.leased(id, attempt)
    local data = redis.call('ZSCORE', by_state.leased, id) and redis.call('HGET', held, id)
    local item = data and unpacked(data)
    return item and item.attempts == attempt and item or nil
  end

  local function end_lease(item)
    redis.call('ZREM', by_state.leased, text_of(item.id))
  end

  function list.acknowledge(item)
    end_lease(item)
    let_go(item)
    list.finish(item)
  end

  function list.retry(item, wait)
    end_lease(item)
    give_back(item, wait)
  end

  function list.extend(item, lasting)
    redis.call('ZADD', by_state.leased, now_ms + lasting, text_of(item.id))
  end

  function list.bury(item, reason)
    end_lease(item)
    bury(item, reason)
  end

  function list.count(state)
    return by_state[state] and redis.call('ZCARD', by_state[state]) or redis.call('LLEN', ready)
  end

  function list.settle()
    if list.due and list.due <= now_ms and not settled[name] then
      settled[name] = true
      settle()
    end
    return list
  end

  load()
  return list
end
