-- Stands before the scripts of lists: what a list does with its ready items, which stand in the
-- order of their ids, always.
local function know_ready_items(list)
  local ready, held, now_ms = list.ready, list.held, list.now_ms

  local function id_at(place)
    local data = redis.call('LINDEX', ready, place)
    passed = passed + #(data or '') / 100
    return data and id_of(data)
  end

  -- Where in the ready items the first one stands whose id is not lower.
  function list.place_of(id)
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

  -- Puts an item among the ready ones. What comes back belongs near the beginning, what was
  -- delayed near the end: a LINSERT looks from the beginning, so that the few at the end are
  -- taken off and put back instead.
  function list.insert(item)
    local data, length = packed(item), redis.call('LLEN', ready)
    local place = list.place_of(item.id)
    if place == 0 then
      redis.call('LPUSH', ready, data)
    elseif place == length then
      redis.call('RPUSH', ready, data)
    elseif length - place > 100 then
      passed = passed + place
      redis.call('LINSERT', ready, 'BEFORE', redis.call('LINDEX', ready, place), data)
    else
      local after = redis.call('RPOP', ready, length - place)
      redis.call('RPUSH', ready, data)
      for index = #after, 1, -1 do
        redis.call('RPUSH', ready, after[index])
        passed = passed + #after[index] / 100
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

  -- Makes room for so many items and bytes, where the policy is to drop the oldest; tells whether
  -- there is room. Up to 10,000 are dropped at once: a list whose policy allows less than it has
  -- gets there step by step.
  function list.make_room(count, added)
    if list.has_room(count, added) then
      return true
    end
    local policy, dropped = list.policy or {}, {}
    if policy.overflow ~= 'drop_oldest' then
      return false
    elseif droppable <= 0 then
      error(redis.error_reply('B9Y too_much_at_once'))
    end
    local length = redis.call('LLEN', ready) + redis.call('HLEN', held) + count
    local bytes = list.bytes + added
    local begun = bytes
    local most = math.min(most_items, policy.max_len or math.huge)
    local function is_over()
      return length - #dropped > most or bytes > most_bytes
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
    if is_over() and (#dropped < 10000 or length - #dropped > most_items or bytes > most_bytes) then
      return false
    end
    droppable = droppable - #dropped - (begun - bytes) / 1000
    redis.call('LTRIM', ready, #dropped, -1)
    for _, data in ipairs(dropped) do
      undo_by('LPUSH', ready, data)
      list.forget(unpacked(data))
    end
    return true
  end

  -- Takes the first ready item off and gives it, or nothing; also where the list is paused, and
  -- where so many have expired that it is to be asked again.
  function list.take()
    if list.policy and list.policy.paused then
      return nil
    end
    local has_dropped = false
    while true do
      local data = expirable > 0 and redis.call('LPOP', ready)
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
      has_dropped, expirable = true, expirable - math.max(1, #data / 10000)
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
    local length = redis.call('LLEN', ready)
    local is_near = place * 2 <= length
    passed = passed + (is_near and place or length - place)
    redis.call('LREM', ready, is_near and 1 or -1, data)
  end
end
