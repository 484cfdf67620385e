-- The part of a list that processes expired leases, elapsed delays and expired items.
--- @include "lib/items"
local function add_due_items(list)
  local ending, by_state, now_ms = list.ending, list.by_state, list.now_ms

  local function drop_expired(id)
    redis.call('ZREM', ending, id)
    local state, item, _, place, data = list.find(id)
    if state == 'delayed' then
      redis.call('ZREM', by_state.delayed, id)
      list.remove_held(item)
      list.count_removed(item)
    elseif state == 'ready' then
      list.remove_ready(place, data)
      list.count_removed(item)
    end
  end

  -- Calls `act` for each id until the script has done enough; the others stay due.
  local function each_for_a_while(ids, act)
    for _, id in ipairs(ids) do
      if has_done_enough() then
        return
      end
      due_left = due_left - 1
      act(id)
    end
  end

  -- Processes expired leases, elapsed delays and expired items, up to 200 of each. Of the leases
  -- the last ids come first: then each item goes to the very beginning.
  function list.process_due()
    local ids = redis.call('ZREVRANGEBYSCORE', by_state.leased, now_ms, '-inf', 'LIMIT', 0, 200)
    table.sort(ids, function(one, other) return tonumber(one) > tonumber(other) end)
    each_for_a_while(ids, function(id) list.retry(list.read_held(id), 0) end)
    ids = redis.call('ZRANGEBYSCORE', by_state.delayed, '-inf', now_ms, 'LIMIT', 0, 200)
    each_for_a_while(ids, function(id)
      local item = list.read_held(id)
      redis.call('ZREM', by_state.delayed, id)
      list.remove_held(item)
      list.insert(item)
    end)
    ids = redis.call('ZRANGEBYSCORE', ending, '-inf', now_ms, 'LIMIT', 0, 200)
    each_for_a_while(ids, drop_expired)
    list.save()
  end
end
