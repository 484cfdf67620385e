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

  -- Removes an item that `find` has found from its state. It still counts as an item of the list.
  function list.take_out(state, item, index, data)
    if state == 'ready' then
      list.remove_ready(index, data)
    else
      redis.call('ZREM', by_state[state], text_of(item.id))
      list.delete_not_ready(item)
    end
  end

  -- Removes an item in any state and returns it.
  function list.remove(id)
    local state, item, _, index, data = list.find(id)
    if not state then
      return nil
    end
    list.take_out(state, item, index, data)
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

  -- Returns how many items of a sorted set are before a score and id; `and_equal` counts an item
  -- with just this score and id too.
  local function count_before(ids, score, id, and_equal)
    local low, high = 0, redis.call('ZCARD', ids)
    while low < high do
      local middle = math.floor((low + high) / 2)
      local found = redis.call('ZRANGE', ids, middle, middle, 'WITHSCORES')
      local other = tonumber(found[2])
      local is_equal = other == score and found[1] == id
      if other < score or (other == score and found[1] < id) or (is_equal and and_equal) then
        low = middle + 1
      else
        high = middle
      end
    end
    return low
  end

  -- Returns how many items of a state to skip, from the beginning or with `newest_first` from the
  -- end, so that the next item follows a score and id.
  local function count_to_skip(ids, score, id, newest_first)
    if newest_first then
      if id == '' then
        return 0
      end
      return ids and redis.call('ZCARD', ids) - count_before(ids, score, id, false)
        or list.count_from(tonumber(id))
    end
    return ids and count_before(ids, score, id, true) or list.index_of(tonumber(id) + 1)
  end

  -- Returns up to `count` ready items after the first `skipped` ones, counted from the end.
  -- NOTE: the LRANGE of Redis 6 searches from the front, at any index. So near the end each item is
  -- read alone, which costs no more in a long list than in a short one.
  local function newest_ready(skipped, count)
    local left, found = redis.call('LLEN', ready) - skipped, {}
    count = math.min(count, left)
    if count * (skipped + count) < left then
      for index = skipped + 1, skipped + count do
        found[#found + 1] = redis.call('LINDEX', ready, -index)
      end
    elseif count > 0 then
      local range = redis.call('LRANGE', ready, left - count, left - 1)
      for index = count, 1, -1 do
        found[#found + 1] = range[index]
      end
    end
    return found
  end

  -- Returns up to `limit` items in a state that follow a score and id, each with its score. The
  -- last item is the one with which the page exceeds `room` bytes. With `newest_first` the items
  -- are in reverse order, and an empty id stands for the end. With `preview` each item has only so
  -- many bytes of its body; also returns how many each one lacks.
  function list.page(state, score, id, limit, room, newest_first, preview)
    local ids_by_score, page, lacking = by_state[state], {}, {}
    local skipped = count_to_skip(ids_by_score, score, id, newest_first)
    while #page < 2 * limit and room >= 0 do
      local step = math.min(20, limit - #page / 2)
      local found
      local scores = {}
      if ids_by_score then
        local range = newest_first and 'ZREVRANGE' or 'ZRANGE'
        local ids = {}
        local pairs_found = redis.call(
          range, ids_by_score, skipped, skipped + step - 1, 'WITHSCORES'
        )
        for index = 1, #pairs_found, 2 do
          ids[#ids + 1], scores[#scores + 1] = pairs_found[index], pairs_found[index + 1]
        end
        found = #ids > 0 and redis.call('HMGET', not_ready, unpack(ids)) or {}
      elseif newest_first then
        found = newest_ready(skipped, step)
      else
        found = redis.call('LRANGE', ready, skipped, skipped + step - 1)
      end
      for index, data in ipairs(found) do
        local shown = preview and cut_to(data, preview) or data
        page[#page + 1], page[#page + 2] = shown, scores[index] or '0'
        lacking[#lacking + 1] = preview and #data - #shown or nil
        room = room - #data
        if room < 0 then
          break
        end
      end
      if #found < step then
        break
      end
      skipped = skipped + step
    end
    return page, lacking
  end
end
