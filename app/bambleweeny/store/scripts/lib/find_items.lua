-- The part of a list that finds items in any state.
--- @include "lib/items"
local function add_found_items(list)
  local ready, held, by_state = list.ready, list.held, list.by_state

  -- Returns an item's state, the item, and the time at which its lease expires, its delay elapses
  -- or it died; for a ready item 0, its place and its bytes.
  function list.find(id)
    local item = list.read_held(id)
    if item then
      for state, index in pairs(by_state) do
        local score = redis.call('ZSCORE', index, id)
        if score then
          return state, item, score
        end
      end
    end
    local place = list.place_of(tonumber(id))
    local data = redis.call('LINDEX', ready, place)
    if data and id_of(data) == tonumber(id) then
      return 'ready', unpacked(data), 0, place, data
    end
  end

  -- Removes an item in any state and returns it.
  function list.remove(id)
    local state, item, _, place, data = list.find(id)
    if not state then
      return nil
    end
    if state == 'ready' then
      list.remove_ready(place, data)
    else
      redis.call('ZREM', by_state[state], id)
      list.remove_held(item)
    end
    list.count_removed(item)
    return item
  end

  -- Returns the ids of the first items in a state.
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

  -- Returns up to `most` items in a state, each with its score, that come after a score and id. The
  -- page ends once its items have more than `room` bytes.
  function list.page(state, score, id, most, room)
    local index, page = by_state[state], {}
    local low, high = 0, index and redis.call('ZCARD', index) or 0
    if not index then
      low = list.place_of(tonumber(id) + 1)
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
      local found
      local scores = {}
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
end
