-- The functions of a list that find items in any state.
--- @include "lib/items"
local function add_item_search(list)
  local ready, not_ready, by_state = list.ready, list.not_ready, list.by_state

  -- Returns the item's state, the item, and its score: the time at which its lease expires, its
  -- delay elapses or it died. For a ready item the score is 0, followed by its index and its data.
  function list.find(id)
    local item = list.read_not_ready(id)
    if item then
      for state, ids in pairs(by_state) do
        local score = redis.call('ZSCORE', ids, id)
        if score then
          return state, item, score
        end
      end
    end
    local index = list.index_of(tonumber(id))
    local data = redis.call('LINDEX', ready, index)
    if data and id_of(data) == tonumber(id) then
      return 'ready', unpacked(data), 0, index, data
    end
  end

  -- Removes an item in any state and returns it.
  function list.remove(id)
    local state, item, _, index, data = list.find(id)
    if not state then
      return nil
    end
    if state == 'ready' then
      list.remove_ready(index, data)
    else
      redis.call('ZREM', by_state[state], id)
      list.delete_not_ready(item)
    end
    list.count_removed(item)
    return item
  end

  -- Returns the ids of the first items in a state.
  function list.first_ids(state, limit)
    if state ~= 'ready' then
      return redis.call('ZRANGE', by_state[state], 0, limit - 1)
    end
    local ids = {}
    for _, data in ipairs(redis.call('LRANGE', ready, 0, limit - 1)) do
      ids[#ids + 1] = text_of(id_of(data))
    end
    return ids
  end

  -- Returns up to `limit` items in a state that follow a score and id, each with its score. The
  -- last item is the one with which the page exceeds `room` bytes.
  function list.page(state, score, id, limit, room)
    local ids_by_score, page = by_state[state], {}
    local low, high = 0, ids_by_score and redis.call('ZCARD', ids_by_score) or 0
    if not ids_by_score then
      low = list.index_of(tonumber(id) + 1)
    end
    while low < high do
      local middle = math.floor((low + high) / 2)
      local found = redis.call('ZRANGE', ids_by_score, middle, middle, 'WITHSCORES')
      local other = tonumber(found[2])
      if other < score or (other == score and found[1] <= id) then
        low = middle + 1
      else
        high = middle
      end
    end
    while #page < 2 * limit and room >= 0 do
      local step = math.min(20, limit - #page / 2)
      local found
      local scores = {}
      if not ids_by_score then
        found = redis.call('LRANGE', ready, low, low + step - 1)
      else
        local pairs_found = redis.call('ZRANGE', ids_by_score, low, low + step - 1, 'WITHSCORES')
        local ids = {}
        for index = 1, #pairs_found, 2 do
          ids[#ids + 1], scores[#scores + 1] = pairs_found[index], pairs_found[index + 1]
        end
        found = #ids > 0 and redis.call('HMGET', not_ready, unpack(ids)) or {}
      end
      for index, data in ipairs(found) do
        page[#page + 1], page[#page + 2] = data, scores[index] or '0'
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
end
