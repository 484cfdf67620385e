-- The format of an item, and the limits of the work of one script.
-- An item is stored as its id in 8 bytes, and its body. An item with more metadata has the first
-- bit of its id set, and after the id: the number of attempts, the time of its push, the time it
-- expires (ms, or 0), the reason of its death, and the list from which it was moved.
-- `core/lists/codec.py` has the same format.
--
-- Input
--   ARGV[3] max_items (integer): the most items of a list
--   ARGV[4] max_bytes (bytes): the most bytes of a list
--- @include "lib/journal"
local max_items, max_bytes = tonumber(ARGV[3]), tonumber(ARGV[4])
-- While a script runs, the engine serves no other client. So each kind of work has a budget, and
-- the rest is left to the next script.
-- Expired items that pops remove; a long item counts for more.
local expiry_budget = 2000
-- Due items to process, in all lists together.
local due_budget = 600
-- Work done to find and insert items: 1 for each item passed, 1 for each 100 bytes read or moved.
local work_done, max_work = 0, 100000
-- Items that a batch removes to make room; 1,000 bytes count as one more item. The list that
-- exceeds the budget may remove up to 10,000 items.
local drop_budget = 20000
-- The most PUBLISH calls of a push: one for each long poll that a process can have.
local max_woken = 1000
local clock
-- The lists whose due items this script has processed.
local processed_lists = {}

-- Returns whether the script has spent one of its budgets, and leaves the rest to the next script.
local function is_budget_spent()
  return due_budget <= 0 or work_done > max_work or drop_budget <= 0
end

-- Returns the time in microseconds; it stays the same during a script.
local function now_in_us()
  if not clock then
    local now = redis.call('TIME')
    clock = now[1] * 1000000 + now[2]
  end
  return clock
end

local function undo_by(...)
  if journal then
    local command = {...}
    journal[#journal + 1] = function() redis.call(unpack(command)) end
  end
end

local function text_of(id)
  return string.format('%.0f', id)
end

local function id_of(item)
  if string.byte(item) < 128 then
    return (struct.unpack('>I8', item))
  end
  return (struct.unpack('>I8', '\0' .. string.sub(item, 2, 8)))
end

local function unpacked(item)
  local id = id_of(item)
  if string.byte(item) < 128 then
    return {
      id = id, attempts = 0, arrived = math.floor(id / 1000), expires = 0, reason = '', origin = '',
      body = string.sub(item, 9),
    }
  end
  local attempts, arrived, expires, reason, origin, start = struct.unpack('>I2I8I8Bc0Bc0', item, 9)
  return {
    id = id, attempts = attempts, arrived = arrived, expires = expires, reason = reason,
    origin = origin, body = string.sub(item, start),
  }
end

-- Returns a stored item with only the first bytes of its body.
local function cut_to(item, bytes)
  local start = 9
  if string.byte(item) >= 128 then
    start = select(6, struct.unpack('>I2I8I8Bc0Bc0', item, 9))
  end
  return string.sub(item, 1, start - 1 + bytes)
end

local function packed(item)
  local id = struct.pack('>I8', item.id)
  if item.attempts == 0 and item.expires == 0 and item.reason == '' and item.origin == ''
    and item.arrived == math.floor(item.id / 1000) then
    return id .. item.body
  end
  return '\128' .. string.sub(id, 2) .. struct.pack(
    '>I2I8I8Bc0Bc0', math.min(item.attempts, 65535), item.arrived, item.expires,
    #item.reason, item.reason, #item.origin, item.origin
  ) .. item.body
end
