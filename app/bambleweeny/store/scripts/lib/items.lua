-- Stands before the scripts of lists, after `tenant`: what an item is.
-- An item is 8 bytes of id and its body. An item of which more is known has the first bit of
-- its id set, and behind the id how often it was leased, when it came and when it expires (ms,
-- or 0), why it died and the list from which it was moved.
-- ARGV[3] of such a script are the most items of a list, ARGV[4] the most bytes.
local most_items, most_bytes = tonumber(ARGV[3]), tonumber(ARGV[4])
-- So many expired items a script drops at most, a long one counts for more: a list may have a
-- million of them, and meanwhile the engine answers nobody.
local expirable = 2000
-- So many things that are due a script does at most, for all of its lists; and how much it has
-- passed: an item for each that it looked at to find places, and one for each 100 bytes that it
-- read or moved for that.
local due_left, passed = 600, 0
local most_passed = 100000
-- So many items a batch drops to make room, 1,000 bytes count for one more; the list that goes
-- beyond may drop its 10,000.
local droppable = 20000
-- So many announcements of a push reach all that can wait in one process.
local most_woken = 1000
local clock
local settled = {}

-- Returns whether a script has done so much that the rest is left to a later one.
local function is_worn()
  return due_left <= 0 or passed > most_passed or droppable <= 0
end

-- The time in microseconds; it stands still while a script runs.
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
