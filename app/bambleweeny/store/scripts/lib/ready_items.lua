-- The functions of a list for ready items, which are always in the order of their ids.
--- @include "lib/items"
local function add_ready_items(list)
  local name, now_ms = list.name, list.now_ms
  local ready, not_ready = list.ready, list.not_ready

  local function id_at(index)
    local data = redis.call('LINDEX', ready, index)
    work_done = work_done + #(data or '') / 100
    return data and id_of(data)
  end

  -- Returns the index of the first ready item with this id or a higher one.
  function list.index_of(id)
    local first = id_at(0)
    if not first or first >= id then
      return 0
    end
    local low, high = 1, redis.call('LLEN', ready)
    while low < high do
      local middle = math.floor((low + high) / 2)
      if id_at(middle) < id then
        low = middle + 1
      else
        high = middle
      end
    end
    return low
  end

  -- Returns how many ready items have this id or a higher one. Searches from the end.
  function list.count_from(id)
    local length = redis.call('LLEN', ready)
    local low, high = 0, 1
    while high <= length and id_at(-high) >= id do
      low, high = high, 2 * high
    end
    high = math.min(high, length + 1)
    while high - low > 1 do
      local middle = math.floor((low + high) / 2)
      if id_at(-middle) >= id then
        low = middle
      else
        high = middle
      end
    end
    return low
  end

  -- Inserts an item among the ready ones, in the order of ids. A returned item belongs near the
  -- front, a delayed one near the end. LINSERT searches from the front, so near the end the items
  -- from the index on are removed and added again.
  function list.insert(item)
    local data, length = packed(item), redis.call('LLEN', ready)
    local index = list.index_of(item.id)
    if index == 0 then
      redis.call('LPUSH', ready, data)
    elseif index == length then
      redis.call('RPUSH', ready, data)
    elseif length - index > 100 then
      work_done = work_done + index
      redis.call('LINSERT', ready, 'BEFORE', redis.call('LINDEX', ready, index), data)
    else
      local after = redis.call('RPOP', ready, length - index)
      redis.call('RPUSH', ready, data)
      for later = #after, 1, -1 do
        redis.call('RPUSH', ready, after[later])
        work_done = work_done + #after[later] / 100
      end
    end
    list.last_id = math.max(list.last_id, item.id)
    list.wake_one()
  end

  -- Adds an item at the end with a new id, and returns the id.
  function list.append(item)
    item.id = list.unused_id(math.max(now_in_us(), list.last_id + 1), 1)
    item.arrived = math.floor(item.id / 1000)
    undo_by('RPOP', ready)
    redis.call('RPUSH', ready, packed(item))
    list.last_id = item.id
    list.count_added(item)
    list.wake_one()
    return item.id
  end

  -- Adds an item at the front with a new id, and returns the id. It is lower than all ids used at
  -- the front before: a lease of an earlier item must not be valid for this one.
  function list.prepend(item)
    local first = redis.call('LINDEX', ready, 0)
    if not first then
      return list.append(item)
    end
    item.id = list.unused_id(math.min(id_of(first), list.lowest_id or math.huge) - 1, -1)
    list.lowest_id = item.id
    item.arrived = now_ms
    undo_by('LPOP', ready)
    redis.call('LPUSH', ready, packed(item))
    list.count_added(item)
    list.wake_one()
    return item.id
  end

  -- Returns whether the list has room for `count` items of `added_bytes` bytes.
  function list.has_room(count, added_bytes)
    local max_length = math.min(max_items, list.policy and list.policy.max_len or math.huge)
    local length = redis.call('LLEN', ready) + redis.call('HLEN', not_ready)
    return length + count <= max_length and list.bytes + added_bytes <= max_bytes
  end

  -- Returns the oldest ready items, up to 10,000, without which the list has room for `count` items
  -- of `added_bytes` bytes, and their bytes; nil if there are not enough.
  local function items_to_drop(count, added_bytes)
    local policy, dropped = list.policy or {}, {}
    if policy.overflow ~= 'drop_oldest' then
      return nil
    elseif drop_budget <= 0 then
      error(redis.error_reply('B9Y too_much_at_once'))
    end
    local length = redis.call('LLEN', ready) + redis.call('HLEN', not_ready) + count
    local bytes = list.bytes + added_bytes
    local begun = bytes
    local max_length = math.min(max_items, policy.max_len or math.huge)
    local function is_over()
      return length - #dropped > max_length or bytes > max_bytes
    end
    local step = 1
    while is_over() and #dropped < 10000 do
      local oldest = redis.call('LRANGE', ready, #dropped, #dropped + step - 1)
      for _, data in ipairs(oldest) do
        if is_over() then
          dropped[#dropped + 1] = data
          bytes = bytes - #unpacked(data).body
        end
      end
      if #oldest < step then
        break
      end
      step = math.min(2 * step, 64, 10000 - #dropped)
    end
    if is_over() and (#dropped < 10000 or length - #dropped > max_items or bytes > max_bytes) then
      return nil
    end
    return dropped, begun - bytes
  end

  -- Makes room for `count` items of `added_bytes` bytes, and reserves their bytes and `more`. If
  -- the list has no room, and its policy has the overflow `drop_oldest`, removes up to 10,000 of
  -- the oldest ready items: a list reaches a lowered bound in steps. Returns an error, with nothing
  -- done, if there is no room.
  function list.make_room(count, added_bytes, more)
    local dropped, freed = {}, 0
    if not list.has_room(count, added_bytes) then
      dropped, freed = items_to_drop(count, added_bytes)
      if not dropped then
        return redis.error_reply('B9Y list_full')
      end
    end
    local growth = added_bytes + 64 * count + more + (list.exists and 0 or #name + 64)
    local refused = list.reserve(growth - freed - 64 * #dropped)
    if refused then
      return refused
    end
    list.uncounted = list.uncounted + more
    if #dropped > 0 then
      drop_budget = drop_budget - #dropped - freed / 1000
      redis.call('LTRIM', ready, #dropped, -1)
      for _, data in ipairs(dropped) do
        undo_by('LPUSH', ready, data)
        list.count_removed(unpacked(data))
      end
    end
  end

  -- Removes the first ready item and returns it. Returns nil if no item is ready, if the list is
  -- paused, or if the script has removed too many expired items; then another call is needed.
  function list.pop_ready()
    if list.policy and list.policy.paused then
      return nil
    end
    local has_dropped = false
    while true do
      local data = expiry_budget > 0 and redis.call('LPOP', ready)
      if not data then
        if has_dropped then
          list.save()
        end
        return nil
      end
      undo_by('LPUSH', ready, data)
      local item = unpacked(data)
      if item.expires == 0 or item.expires > now_ms then
        return item
      end
      list.count_removed(item)
      has_dropped, expiry_budget = true, expiry_budget - math.max(1, #data / 10000)
    end
  end

  -- Removes up to `limit` ready items with at most `room` bytes in total; the first item may have
  -- more. Returns what `use` returns for each item, or false if no item is ready.
  function list.pop_ready_up_to(limit, room, use)
    local used = {}
    while #used < limit do
      local item = list.pop_ready()
      if not item then
        break
      end
      room = room - #item.body
      if room < 0 and #used > 0 then
        redis.call('LPUSH', ready, packed(item))
        break
      end
      used[#used + 1] = use(item)
    end
    return #used > 0 and used
  end

  -- Removes the ready item at an index, which has these bytes.
  function list.remove_ready(index, data)
    local length = redis.call('LLEN', ready)
    local is_near = index * 2 <= length
    work_done = work_done + (is_near and index or length - index)
    redis.call('LREM', ready, is_near and 1 or -1, data)
  end
end
