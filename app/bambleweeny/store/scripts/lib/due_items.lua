-- The functions of a list that process expired leases, elapsed delays and expired items.
--- @include "lib/items"
local function add_due_items(list)
  local item_expiries, by_state, now_ms = list.item_expiries, list.by_state, list.now_ms

  local function drop_expired(id)
    redis.call('ZREM', item_expiries, id)
    local state, item, _, index, data = list.find(id)
    if state == 'delayed' then
      redis.call('ZREM', by_state.delayed, id)
      list.delete_not_ready(item)
      list.count_removed(item)
    elseif state == 'ready' then
      list.remove_ready(index, data)
      list.count_removed(item)
    end
  end

  -- Calls `act` for each id until the script has spent a budget; the other items stay due.
  local function for_each_within_budget(ids, act)
    for _, id in ipairs(ids) do
      if is_budget_spent() then
        return
      end
      due_budget = due_budget - 1
      act(id)
    end
  end

  -- Processes expired leases, elapsed delays and expired items, up to 200 of each. Leases are
  -- processed from the highest id down, so that each returned item is inserted at the front.
  function list.process_due()
    local ids = redis.call('ZREVRANGEBYSCORE', by_state.leased, now_ms, '-inf', 'LIMIT', 0, 200)
    table.sort(ids, function(one, other) return tonumber(one) > tonumber(other) end)
    for_each_within_budget(ids, function(id) list.retry(list.read_not_ready(id), 0) end)
    ids = redis.call('ZRANGEBYSCORE', by_state.delayed, '-inf', now_ms, 'LIMIT', 0, 200)
    for_each_within_budget(ids, function(id)
      local item = list.read_not_ready(id)
      redis.call('ZREM', by_state.delayed, id)
      list.delete_not_ready(item)
      list.insert(item)
    end)
    ids = redis.call('ZRANGEBYSCORE', item_expiries, '-inf', now_ms, 'LIMIT', 0, 200)
    for_each_within_budget(ids, drop_expired)
    list.save()
  end
end
