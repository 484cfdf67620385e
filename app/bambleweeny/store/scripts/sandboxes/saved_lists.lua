-- Lists in saved sets. Under the tag of a set a list has its record without times, and one Redis
-- list. If the record has the field `plain`, that has the ready items as they are stored. Else each
-- entry has a state, the ms until it is due or since it died, and the item, whose `expires` is the
-- remaining ms. Entries are in the order of ids, those that are delayed from their push at the end.
--- @include "lib/tenant"
--- @include "lib/items"
--- @include "lib/list_counters"
--- @include "sandboxes/sets"
--- @include "sandboxes/saved_keys"
local entry_format = '>BI8'
local is_ready, is_retried, is_dead, is_pushed_later = 0, 1, 2, 3

-- Adds entries for the items of a list in a state to an array; `kind_of` returns the kind of one.
local function add_entries(entries, name, index, kind_of)
  local rows = redis.call('ZRANGE', index, 0, -1, 'WITHSCORES')
  for row = 1, #rows, 2 do
    local item = unpacked(redis.call('HGET', its_not_ready(name), rows[row]))
    entries[#entries + 1] = {kind = kind_of(item), score = tonumber(rows[row + 1]), item = item}
  end
end

-- Saves a list that has more than plain ready items.
local function save_list_with_states(name, target, now_ms)
  local entries = {}
  for _, data in ipairs(redis.call('LRANGE', its_ready(name), 0, -1)) do
    entries[#entries + 1] = {kind = is_ready, score = 0, item = unpacked(data)}
  end
  add_entries(entries, name, its_leased(name), function() return is_ready end)
  add_entries(entries, name, its_dead(name), function() return is_dead end)
  add_entries(entries, name, its_delayed(name), function(item)
    return item.id > now_ms * 1000 and is_pushed_later or is_retried
  end)
  table.sort(entries, function(one, other) return one.item.id < other.item.id end)
  for _, entry in ipairs(entries) do
    local item, wait = entry.item, 0
    if entry.kind == is_dead then
      wait = math.max(now_ms - entry.score, 0)
    elseif entry.kind ~= is_ready then
      wait = math.max(entry.score - now_ms, 0)
    end
    item.expires = remaining(item.expires, now_ms)
    redis.call('RPUSH', target, struct.pack(entry_format, entry.kind, wait) .. packed(item))
  end
end

-- Saves a list in the set with a tag.
local function save_list(name, set_tag, now_ms)
  local record = under(set_tag, its_list(name))
  local counters, policy = unpack(redis.call('HMGET', its_list(name), 'numbers', 'policy'))
  redis.call('HSET', record, 'numbers', counters)
  if policy then
    redis.call('HSET', record, 'policy', policy)
  end
  if struct.unpack(counters_format, counters) == 0 then
    redis.call('HSET', record, 'plain', 1)
    copy(its_ready(name), under(set_tag, its_ready(name)))
  else
    save_list_with_states(name, under(set_tag, its_ready(name)), now_ms)
  end
end

-- Returns a function that returns ids of items, each higher than the one before, and higher than
-- all that lists of the sandbox have had.
local function new_ids()
  local last = tonumber(redis.call('HGET', user, 'last_item') or 0)
  for _, name in ipairs(names_in(its_lists)) do
    local counters = redis.call('HGET', its_list(name), 'numbers')
    if counters then
      last = math.max(last, (select(5, struct.unpack(counters_format, counters))))
    end
  end
  -- NOTE: items at the front get lower ids than the first one.
  last = math.max(now_in_us(), last + 1000)
  return function()
    last = last + 1
    return last
  end
end

local function wake_list(name, count)
  -- NOTE: a process has at most 1,000 long polls.
  for _ = 1, math.min(count, 1000) do
    redis.pcall('PUBLISH', its_pushed(name), '')
  end
end

-- Loads the ready items of a list that has no others; returns the highest id.
local function load_plain(name, source, next_id)
  local length, last = redis.call('LLEN', source), 0
  for start = 0, length - 1, step do
    local items = redis.call('LRANGE', source, start, start + step - 1)
    for index, data in ipairs(items) do
      last = next_id()
      if string.byte(data) < 128 then
        items[index] = struct.pack('>I8', last) .. string.sub(data, 9)
      else
        -- An item that was returned after a lease, or moved, has more than an id.
        local item = unpacked(data)
        item.id, item.arrived = last, math.floor(last / 1000)
        items[index] = packed(item)
      end
    end
    redis.call('RPUSH', its_ready(name), unpack(items))
  end
  wake_list(name, length)
  return last
end

-- Loads the entries of a list; returns the highest id of those that are not delayed, and the ms at
-- which the first is due, or nil.
local function load_entries(name, source, next_id, now_ms)
  local last, ready, due, last_later = 0, 0, nil, 0
  for _, entry in ipairs(redis.call('LRANGE', source, 0, -1)) do
    local kind, wait = struct.unpack(entry_format, entry)
    local item = unpacked(string.sub(entry, 10))
    item.id = next_id()
    if kind == is_pushed_later then
      item.id = math.max((now_ms + wait) * 1000, item.id, last_later + 1)
      last_later = item.id
    else
      last = item.id
    end
    item.arrived = kind == is_pushed_later and now_ms or math.floor(item.id / 1000)
    if item.expires > 0 then
      item.expires = now_ms + item.expires
      redis.call('ZADD', its_item_expiries(name), item.expires, text_of(item.id))
      due = math.min(due or math.huge, item.expires)
    end
    if kind == is_ready then
      redis.call('RPUSH', its_ready(name), packed(item))
      ready = ready + 1
    else
      local state = kind == is_dead and its_dead(name) or its_delayed(name)
      local score = kind == is_dead and now_ms - wait or now_ms + wait
      redis.call('HSET', its_not_ready(name), text_of(item.id), packed(item))
      redis.call('ZADD', state, score, text_of(item.id))
      due = kind ~= is_dead and math.min(due or math.huge, score) or due
    end
  end
  wake_list(name, ready)
  return last, due
end

-- Loads a list from the set with a tag; its items get new ids.
local function load_list(name, set_tag, next_id, now_ms)
  local record, source = under(set_tag, its_list(name)), under(set_tag, its_ready(name))
  local counters, policy, plain = unpack(
    redis.call('HMGET', record, 'numbers', 'policy', 'plain')
  )
  local _, bytes, total_in, total_out = struct.unpack(counters_format, counters)
  local last, due
  if plain then
    last = load_plain(name, source, next_id)
  else
    last, due = load_entries(name, source, next_id, now_ms)
  end
  redis.call('HSET', its_list(name), 'numbers', struct.pack(
    counters_format, plain and 0 or 1, bytes, total_in, total_out, last
  ))
  if policy then
    redis.call('HSET', its_list(name), 'policy', policy)
  end
  if due then
    redis.call('HSET', its_list(name), 'due', due)
    redis.pcall('PUBLISH', its_pushed(name), string.format('in %.0f', math.max(due - now_ms, 0)))
  end
end
