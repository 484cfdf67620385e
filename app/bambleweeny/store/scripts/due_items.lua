-- Stands before the scripts of lists: what a list does when it is time.
local function know_due_items(list)
  local ready, held, ending, by_state, now_ms = list.ready, list.held, list.ending, list.by_state, list.now_ms

  local function drop_expired(id)
    redis.call('ZREM', ending, id)
    local state, item, _, place, data = list.find(id)
    if state == 'delayed' then
      redis.call('ZREM', by_state.delayed, id)
      list.let_go(item)
      list.forget(item)
    elseif state == 'ready' then
      list.remove_ready(place, data)
      list.forget(item)
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
  function list.do_due()
    local ids = redis.call('ZREVRANGEBYSCORE', by_state.leased, now_ms, '-inf', 'LIMIT', 0, 200)
    if #ids > 0 then
      redis.call('ZREM', by_state.leased, unpack(ids))
      local items = items_of(ids)
      table.sort(items, function(one, other) return one.id > other.id end)
      for _, item in ipairs(items) do
        list.give_back(item, 0)
      end
    end
    ids = redis.call('ZRANGEBYSCORE', by_state.delayed, '-inf', now_ms, 'LIMIT', 0, 200)
    if #ids > 0 then
      redis.call('ZREM', by_state.delayed, unpack(ids))
      for _, item in ipairs(items_of(ids)) do
        list.let_go(item)
        list.insert(item)
      end
    end
    for _, id in ipairs(redis.call('ZRANGEBYSCORE', ending, '-inf', now_ms, 'LIMIT', 0, 200)) do
      drop_expired(id)
    end
    list.save()
  end
end
