-- Saved sets of a sandbox: its seed, with the name '', and its snapshots. A set has the indexes and
-- other parts of a tenant under the tag of the set, with these exceptions: the hash `values` has
-- the value of each key, the hash `metas` the remaining ms (or 0) and the type of each key that has
-- a TTL or a type, and lists are as in `sandboxes/saved_lists`. No clock runs in a set.
--- @include "lib/tenant"
local step = 500
-- What an index and the keys that it names are copied with.
local whole_parts = {'topic_bytes', 'route_names', 'bin_names'}

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

-- Calls `act` with up to 500 names of an index at a time.
local function for_pages_of(index, act)
  local names = redis.call('ZRANGE', index, 0, -1)
  for start = 1, #names, step do
    act({unpack(names, start, math.min(start + step - 1, #names))})
  end
  return names
end

-- Deletes the keys of all names of an index, and the index.
local function unlink_listed(index, ...)
  local prefixes = {...}
  for_pages_of(index, function(names)
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

-- Deletes all data under a tag: of the sandbox, or of a set.
local function unlink_data(tag)
  if tag == its_tag then
    unlink_listed(its_keys, its_key(''), its_meta(''))
    unlink_listed(
      its_lists, its_ready(''), its_list(''), its_not_ready(''), its_leased(''), its_delayed(''),
      its_dead(''), its_item_expiries('')
    )
    redis.call(
      'UNLINK', its_key_expiries, its_expiring_bytes, its_idempotent, its_idempotent_old,
      its_once, its_once_at
    )
  else
    unlink_listed(under(tag, its_lists), under(tag, its_ready('')), under(tag, its_list('')))
    redis.call('UNLINK', under(tag, its_keys), under(tag, its_values), under(tag, its_metas))
  end
  unlink_listed(under(tag, its_topics), under(tag, its_topic('')))
  for _, index in ipairs({its_routes, its_bins}) do
    unlink_listed(under(tag, index), under(tag, its_document('')), under(tag, its_counts('')))
  end
  for _, part in ipairs(whole_parts) do
    redis.call('UNLINK', tag .. part)
  end
end

-- Copies topics, routes and bins from one tag to another.
local function copy_topics_and_documents(from, to)
  for _, pair in ipairs({
    {its_topics, its_topic('')}, {its_routes, its_document('')}, {its_bins, its_document('')},
  }) do
    local index, prefix = pair[1], pair[2]
    copy(under(from, index), under(to, index))
    for _, name in ipairs(redis.call('ZRANGE', under(from, index), 0, -1)) do
      copy(under(from, prefix) .. name, under(to, prefix) .. name)
    end
  end
  for _, part in ipairs(whole_parts) do
    copy(from .. part, to .. part)
  end
end

-- Returns the bytes of all sets that a hash of them names, except one, and of the largest of them.
local function bytes_of_sets(sets, except)
  local total, largest, count = 0, 0, 0
  local all = redis.call('HGETALL', sets)
  for index = 1, #all, 2 do
    if all[index] ~= except then
      local bytes = tonumber(string.match(all[index + 1], '^%d+'))
      total, largest = total + bytes, math.max(largest, bytes)
      count = count + (all[index] == '' and 0 or 1)
    end
  end
  return total, largest, count
end

-- Returns the new public id of each id of this tenant in a set, from an array of pairs; nil if the
-- set of a copy would have an id of which the array has none.
local function ids_for_copy(set_tag, earlier_and_new)
  local new = {}
  for index = 1, #earlier_and_new, 2 do
    new[earlier_and_new[index]] = earlier_and_new[index + 1]
  end
  for _, index in ipairs({its_routes, its_bins}) do
    for _, id in ipairs(redis.call('ZRANGE', under(set_tag, index), 0, -1)) do
      if not new[id] then
        return nil
      end
    end
  end
  return new
end

-- Gives the routes and bins under a tag new public ids.
local function replace_public_ids(tag, new)
  for _, pair in ipairs({{its_routes, its_route_names}, {its_bins, its_bin_names}}) do
    local index, names = under(tag, pair[1]), under(tag, pair[2])
    local ids = redis.call('ZRANGE', index, 0, -1)
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

-- Notes public ids under a tag that the sandbox does not have any more.
local function drop_public_ids(tag)
  for _, pair in ipairs({{its_routes, its_dropped_routes}, {its_bins, its_dropped_bins}}) do
    local index, dropped = pair[1], pair[2]
    if redis.call('EXISTS', under(tag, index)) == 1 then
      redis.call('ZUNIONSTORE', dropped, 2, dropped, under(tag, index), 'WEIGHTS', 0, 0)
    end
  end
end
