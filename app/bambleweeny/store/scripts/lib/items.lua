-- What an item is, and how much work one script does.
-- An item is stored as 8 bytes of id and its body. An item with more metadata has the first bit of
-- its id set, and behind the id: its attempts, the time it came, the time it expires (ms, or 0),
-- why it died, and the list from which it was moved. `item_codec.py` has the same format.
--
-- Input
--   ARGV[3] most_items (integer): items of a list
--   ARGV[4] most_bytes (bytes): of a list
--- @include "lib/journal"
local most_items, most_bytes = tonumber(ARGV[3]), tonumber(ARGV[4])
-- While a script runs, the engine serves nobody else. So each kind of work has a limit, and the
-- rest is left to the next script.
-- Expired items to remove; a long one counts for more.
local expirable = 2000
-- Due items to process, of all lists together.
local due_left = 600
-- Work done to place items: 1 for each item looked at, 1 for each 100 bytes read or moved.
local passed, most_passed = 0, 100000
-- Items that a batch removes to make room; 1,000 bytes count for one more. The list that exceeds
-- this may remove up to 10,000.
local droppable = 20000
-- PUBLISH calls of a push: as many as there can be long polls in one process.
local most_woken = 1000
local clock
-- The lists whose due items were processed.
local settled = {}

-- Returns whether a script has done so much that it leaves the rest to the next one.
local function has_done_enough()
  return due_left <= 0 or passed > most_passed or droppable <= 0
end

-- Returns the time in microseconds; it is the same in all of a script.
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
      id = id, attempts = 0, came = math.floor(id / 1000), expires = 0, reason = '', origin = '',
      body = string.sub(item, 9),
    }
  end
  local attempts, came, expires, reason, origin, start = struct.unpack('>I2I8I8Bc0Bc0', item, 9)
  return {
    id = id, attempts = attempts, came = came, expires = expires, reason = reason,
    origin = origin, body = string.sub(item, start),
  }
end

local function packed(item)
  local id = struct.pack('>I8', item.id)
  if item.attempts == 0 and item.expires == 0 and item.reason == '' and item.origin == ''
    and item.came == math.floor(item.id / 1000) then
    return id .. item.body
  end
  return '\128' .. string.sub(id, 2) .. struct.pack(
    '>I2I8I8Bc0Bc0', math.min(item.attempts, 65535), item.came, item.expires,
    #item.reason, item.reason, #item.origin, item.origin
  ) .. item.body
end
