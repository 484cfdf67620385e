-- What an engine does with the candidates of a call: the reference that the script of the
-- store is held against.
-- KEYS[1] is a hash with the counters of the route's rules. ARGV[1] is the prefix of the
-- owner's keys, ARGV[2] the plans of the candidates as MessagePack, each
-- {rule, tests, counts, order, fixed, names, operations}.
-- Gives the place of the candidate that answers (0: none), its count, then each key's name
-- and value, or nothing for a key that is not there.
local MOST = 8192

local function number_of(text)
  if #text > 64 or string.find(text, '^%-?0%d') then
    return nil
  end
  if string.find(text, '^%-?%d+$') or string.find(text, '^%-?%d+%.%d+$')
    or string.find(text, '^%-?%d+[eE][+-]?%d+$') or string.find(text, '^%-?%d+%.%d+[eE][+-]?%d+$') then
    return tonumber(text)
  end
end

local function is_like(test, text)
  local last = test[#test]
  if #text > MOST then
    if last ~= '' then
      return false
    end
    text = string.sub(text, 1, MOST)
  end
  if string.sub(text, 1, #test[2]) ~= test[2] then
    return false
  end
  local at, stop = #test[2] + 1, #text - #last
  for piece = 3, #test - 1 do
    local first, final = string.find(text, test[piece], at, true)
    if not first or final > stop then
      return false
    end
    at = final + 1
  end
  return at - 1 <= stop and string.sub(text, stop + 1) == last
end

local function is_in_order(operator, kind, wanted, text)
  local value = text
  if kind == 'number' then
    value, wanted = number_of(text), tonumber(wanted)
    if not value then
      return false
    end
  elseif #text > MOST then
    return false
  end
  if operator == 'gt' then
    return value > wanted
  elseif operator == 'gte' then
    return value >= wanted
  elseif operator == 'lt' then
    return value < wanted
  end
  return value <= wanted
end

-- `value` is a text, or false where there is no key.
local function holds(test, value)
  local operator = test[1]
  if operator == 'any' or operator == 'all' then
    for place = 2, #test do
      if holds(test[place], value) == (operator == 'any') then
        return operator == 'any'
      end
    end
    return operator == 'all'
  elseif operator == 'not' then
    return not holds(test[2], value)
  elseif operator == 'unset' then
    return not value
  elseif not value then
    return false
  elseif operator == 'set' then
    return true
  elseif operator == 'is' then
    return value == test[2]
  elseif operator == 'eq' then
    local number = number_of(value)
    return number ~= nil and number == tonumber(test[2])
  elseif operator == 'like' then
    return is_like(test, value)
  elseif operator == 'has' then
    return string.find(string.sub(value, 1, MOST), test[2], 1, true) ~= nil
  end
  return is_in_order(operator, test[2], test[3], value)
end

local function all_hold(tests)
  for _, test in ipairs(tests) do
    if not holds(test[2], redis.call('GET', ARGV[1] .. test[1])) then
      return false
    end
  end
  return true
end

for place, plan in ipairs(cmsgpack.unpack(ARGV[2])) do
  local rule, tests, counts, order, fixed, names = unpack(plan)
  if all_hold(tests) then
    local count = tonumber(redis.call('HGET', KEYS[1], rule) or 0)
    if counts then
      count = redis.call('HINCRBY', KEYS[1], rule, 1)
    end
    local index = fixed
    if fixed < 0 then
      local called = math.max(count, 1)
      index = order == 'loop' and (called - 1) % #names or math.min(called, #names) - 1
    end
    local answer = {place, count}
    for _, name in ipairs(names[index + 1] or {}) do
      answer[#answer + 1] = name
      answer[#answer + 1] = redis.call('GET', ARGV[1] .. name)
    end
    return answer
  end
end
return {0, 0}
