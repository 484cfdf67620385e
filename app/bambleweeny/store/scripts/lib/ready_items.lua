-- The part of a list for ready items, which are always in the order of their ids.
--- @include "lib/items"
local function add_ready_items(list)
  local ready, held, now_ms = list.ready, list.held, list.now_ms

  local function id_at(place)
    local data = redis.call('LINDEX', ready, place)
    passed = passed + #(data or '') / 100
    return data and id_of(data)
  end

  -- Returns the place of the first ready item whose id is not lower.
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

  -- Adds an item to the ready ones at the place of its id. A returned item belongs near the
  -- beginning, a delayed one near the end. LINSERT searches from the beginning, so near the end
  -- the items behind the place are removed and added again.
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

  -- Adds an item at the end with a new id, which it returns.
  function list.append(item)
    item.id = list.fresh_id(math.max(now_in_us(), list.last + 1), 1)
    item.came = math.floor(item.id / 1000)
    undo_by('RPOP', ready)
    redis.call('RPUSH', ready, packed(item))
    list.last = item.id
    list.count_added(item)
    list.wake_one()
    return item.id
  end

  -- Adds an item at the beginning with a new id, which it returns. The id is lower than all that
  -- were used there before: a lease of an earlier item must not be valid for this one.
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
    list.count_added(item)
    list.wake_one()
    return item.id
  end

  -- Returns whether the list has room for `count` items of `added` bytes.
  function list.has_room(count, added)
    local most = math.min(most_items, list.policy and list.policy.max_len or math.huge)
    local length = redis.call('LLEN', ready) + redis.call('HLEN', held)
    return length + count <= most and list.bytes + added <= most_bytes
  end

  -- Returns whether the list has room for `count` items of `added` bytes. Removes the oldest ready
  -- items for that if the policy says so, up to 10,000: a list reaches a lowered bound in steps.
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
      list.count_removed(unpacked(data))
    end
    return true
  end

  -- Removes the first ready item and returns it. Returns nil if there is none, if the list is
  -- paused, and after removing so many expired items that the caller has to ask again.
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
      list.count_removed(item)
      has_dropped, expirable = true, expirable - math.max(1, #data / 10000)
    end
  end

  -- Removes up to `most` ready items of `room` bytes together; a first one may have more. Returns
  -- what `use` returns for each, or false if there is none.
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

  -- Removes a ready item near a place.
  function list.remove_ready(place, data)
    local length = redis.call('LLEN', ready)
    local is_near = place * 2 <= length
    passed = passed + (is_near and place or length - place)
    redis.call('LREM', ready, is_near and 1 or -1, data)
  end
end
