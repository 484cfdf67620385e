-- Stands before the scripts of lists: what a list does with its ready items, which stand in the
-- order of their ids, always.
local function know_ready_items(list)
  local ready, held, now_ms = list.ready, list.held, list.now_ms

  -- Where in the ready items the first one stands whose id is not lower.
  function list.place_of(id)
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

  -- Puts an item among the ready ones. What comes back belongs near the beginning, what was
  -- delayed near the end, so that this is cheap.
  function list.insert(item)
    local data, length = packed(item), redis.call('LLEN', ready)
    local place = list.place_of(item.id)
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
    list.wake_one()
  end

  -- Adds an item at the end, under an id of its own, which it gives.
  function list.append(item)
    item.id = list.fresh_id(math.max(now_in_us(), list.last + 1), 1)
    item.came = math.floor(item.id / 1000)
    undo_by('RPOP', ready)
    redis.call('RPUSH', ready, packed(item))
    list.last = item.id
    list.count_in(item)
    list.wake_one()
    return item.id
  end

  -- Adds an item at the beginning. Its id is lower than any that was given there before, since
  -- a lease of that one must not fit this one.
  function list.prepend(item)
    local first = redis.call('LINDEX', ready, 0)
    if not first then
      return list.append(item)
    end
    item.id = list.fresh_id(math.min(id_of(first), list.low or math.huge) - 1, -1)
    list.low = item.id
    item.came = now_ms
    undo_by('LPOP', ready)
    redis.call('LPUSH', ready, packed(item))
    list.count_in(item)
    list.wake_one()
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
      list.forget(item)
    end
    return true
  end

  -- Takes the first ready item off and gives it, or nothing; also where the list is paused.
  function list.take()
    if list.policy and list.policy.paused then
      return nil
    end
    local has_dropped = false
    while true do
      local data = redis.call('LPOP', ready)
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
      list.forget(item)
      has_dropped = true
    end
  end

  -- Takes so many items of so many bytes at most, one at least where there is one, and gives
  -- what `use` makes of each, or nothing.
  function list.take_up_to(most, room, use)
    local used = {}
    while #used < most do
      local item = list.take()
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

  function list.remove_ready(place, data)
    local is_near = place * 2 <= redis.call('LLEN', ready)
    redis.call('LREM', ready, is_near and 1 or -1, data)
  end
end
