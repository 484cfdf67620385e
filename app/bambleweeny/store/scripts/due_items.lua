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
    for _, data in ipairs(#ids > 0 and redis.call('HMGET', held, unpack(ids)) or {}) do
      items[#items + 1] = unpacked(data)
    end
    return items
  end

  -- Does something with each until finding their places took too long; the others stay due.
  local function each_for_a_while(found, act)
    for _, one in ipairs(found) do
      if list.passed > 100000 then
        return
      end
      act(one)
    end
  end

  -- Does what is due, up to 200 things of each kind. Where more leases ended, those of the
  -- last ones come first: then each goes to the very beginning.
  function list.do_due()
    local ids = redis.call('ZREVRANGEBYSCORE', by_state.leased, now_ms, '-inf', 'LIMIT', 0, 200)
    local items = items_of(ids)
    table.sort(items, function(one, other) return one.id > other.id end)
    each_for_a_while(items, function(item) list.retry(item, 0) end)
    ids = redis.call('ZRANGEBYSCORE', by_state.delayed, '-inf', now_ms, 'LIMIT', 0, 200)
    each_for_a_while(items_of(ids), function(item)
      redis.call('ZREM', by_state.delayed, text_of(item.id))
      list.let_go(item)
      list.insert(item)
    end)
    ids = redis.call('ZRANGEBYSCORE', ending, '-inf', now_ms, 'LIMIT', 0, 200)
    each_for_a_while(ids, drop_expired)
    list.save()
  end
end
