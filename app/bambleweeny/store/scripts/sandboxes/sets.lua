-- Saved sets of a sandbox: its seed, with the name '', and its snapshots. A set has the indexes and
-- other parts of a tenant under the tag of the set, with these exceptions: keys are stored as in
-- `sandboxes/saved_keys`, lists as in `sandboxes/saved_lists`. No clock runs in a set.
--- @include "lib/tenant"
local step = 500
-- What an index and the keys that it names are copied with.
local whole_parts = {its_topic_bytes, its_route_names, its_bin_names}

-- Returns the tag of a set of the sandbox with a tag.
local function tag_of_set(sandbox_tag, name)
  return string.sub(sandbox_tag, 1, -2) .. '~' .. name .. ':'
end

-- Returns the name that a key of this tenant has under another tag.
local function under(tag, key)
  return tag .. string.sub(key, #its_tag + 1)
end

local function copy(from, to)
  redis.call('COPY', from, to, 'REPLACE')
end

-- Calls `act` with up to 500 of the names at a time.
local function for_pages_of(names, act)
  for start = 1, #names, step do
    act({unpack(names, start, math.min(start + step - 1, #names))})
  end
end

local function names_in(index)
  return redis.call('ZRANGE', index, 0, -1)
end

-- Deletes the keys of all names of an index, and the index.
local function unlink_listed(index, ...)
  local prefixes = {...}
  for_pages_of(names_in(index), function(names)
    local keys = {}
    for _, prefix in ipairs(prefixes) do
      for _, name in ipairs(names) do
        keys[#keys + 1] = prefix .. name
      end
    end
    redis.call('UNLINK', unpack(keys))
  end)
  redis.call('UNLINK', index)
end

-- Deletes topics, routes and bins under a tag.
local function unlink_topics_and_documents(tag)
  unlink_listed(under(tag, its_topics), under(tag, its_topic('')))
  for _, index in ipairs({its_routes, its_bins}) do
    unlink_listed(
      under(tag, index), under(tag, its_document('')), under(tag, its_counts('')),
      under(tag, its_refused(''))
    )
  end
  for _, part in ipairs(whole_parts) do
    redis.call('UNLINK', under(tag, part))
  end
end

-- Deletes a set.
local function unlink_set(tag)
  unlink_listed(under(tag, its_lists), under(tag, its_ready('')), under(tag, its_list('')))
  redis.call('UNLINK', under(tag, its_keys), under(tag, its_values), under(tag, its_metas))
  unlink_topics_and_documents(tag)
end

-- Notes public ids under a tag that the sandbox does not have any more.
local function drop_public_ids(tag)
  for _, pair in ipairs({{its_routes, its_dropped_routes}, {its_bins, its_dropped_bins}}) do
    local index, dropped = pair[1], pair[2]
    if redis.call('EXISTS', under(tag, index)) == 1 then
      redis.call('ZUNIONSTORE', dropped, 2, dropped, under(tag, index), 'WEIGHTS', 0, 0)
    end
  end
end

-- Deletes all sets but the seed.
local function delete_snapshots()
  for _, name in ipairs(redis.call('HKEYS', its_saved_sets)) do
    if name ~= '' then
      local set_tag = tag_of_set(its_tag, name)
      drop_public_ids(set_tag)
      unlink_set(set_tag)
      redis.call('HDEL', its_saved_sets, name)
    end
  end
end

-- Copies topics, routes and bins from one tag to another.
local function copy_topics_and_documents(from, to)
  for _, pair in ipairs({
    {its_topics, its_topic('')}, {its_routes, its_document('')}, {its_bins, its_document('')},
  }) do
    local index, prefix = pair[1], pair[2]
    copy(under(from, index), under(to, index))
    for _, name in ipairs(names_in(under(from, index))) do
      copy(under(from, prefix) .. name, under(to, prefix) .. name)
    end
  end
  for _, part in ipairs(whole_parts) do
    copy(under(from, part), under(to, part))
  end
end

-- Returns the bytes of all sets that a hash of them names, except one, and of the largest of them.
local function bytes_of_sets(sets, except)
  local total, largest, count = 0, 0, 0
  local all = redis.call('HGETALL', sets)
  for index = 1, #all, 2 do
    if all[index] ~= except then
      local bytes = tonumber(all[index + 1])
      total, largest = total + bytes, math.max(largest, bytes)
      count = count + (all[index] == '' and 0 or 1)
    end
  end
  return total, largest, count
end

-- Returns whether a table has a new public id for each one under a tag.
local function has_new_ids(tag, new)
  for _, index in ipairs({its_routes, its_bins}) do
    for _, id in ipairs(names_in(under(tag, index))) do
      if not new[id] then
        return false
      end
    end
  end
  return true
end

-- Gives the routes and bins under a tag new public ids.
local function replace_public_ids(tag, new)
  for _, pair in ipairs({{its_routes, its_route_names}, {its_bins, its_bin_names}}) do
    local index, names = under(tag, pair[1]), under(tag, pair[2])
    local ids = names_in(index)
    redis.call('UNLINK', index, names)
    for _, earlier in ipairs(ids) do
      local id, document = new[earlier], under(tag, its_document(earlier))
      redis.call('ZADD', index, 0, id)
      local name, made = unpack(redis.call('HMGET', document, 'name', 'made'))
      if redis.call('EXISTS', document) == 1 then
        redis.call('RENAME', document, under(tag, its_document(id)))
      end
      if name and name ~= '' then
        redis.call('HSET', names, name, id)
      end
      local marks = under(tag, its_topic_bytes)
      if made and redis.call('HGET', marks, made .. ' made') == earlier then
        redis.call('HSET', marks, made .. ' made', id)
      end
    end
  end
end
