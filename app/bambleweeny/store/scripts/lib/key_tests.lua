-- Tests values of keys as the conditions of a rule do.
--- @include "lib/tenant"
local most_compared = 8192

-- The most bytes that are read of a value: no test has a longer text.
local most_read = 262144

-- The most bytes that the tests of one call compare in total.
local most_work = 1048576
local work = 0
local known_values = {}

local function number_of(text)
  if #text > 64 or string.find(text, '^%-?0%d') then
    return nil
  end
  local whole = string.match(text, '^(.-)[eE][+-]?%d+$') or text
  if string.find(whole, '^%-?%d+$') or string.find(whole, '^%-?%d+%.%d+$') then
    return tonumber(text)
  end
end

-- Returns whether a text has the pieces test[2..] in order, the first at its start and the last at
-- its end. Of a text over 8 kB the first 8 kB are compared.
local function is_like(test, text)
  local last = test[#test]
  if #text > most_compared then
    if last ~= '' then
      return false
    end
    text = string.sub(text, 1, most_compared)
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
  elseif #text > most_compared then
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

-- Returns whether a value passes a test: an operator and its operands (`matchers.packed` in the
-- core). The value is a text, or false if the key does not exist.
local function passes(test, value)
  local operator = test[1]
  if operator == 'any' or operator == 'all' then
    for place = 2, #test do
      if passes(test[place], value) == (operator == 'any') then
        return operator == 'any'
      end
    end
    return operator == 'all'
  elseif operator == 'not' then
    return not passes(test[2], value)
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
  end
  work = work + math.min(#value, most_compared)
  if operator == 'like' then
    return is_like(test, value)
  elseif operator == 'has' then
    return string.find(string.sub(value, 1, most_compared), test[2], 1, true) ~= nil
  end
  return is_in_order(operator, test[2], test[3], value)
end

-- Returns the value of a key, of a long one the beginning; false if it does not exist.
local function value_of(name)
  local value = known_values[name]
  if value == nil then
    value = redis.call('GETRANGE', its_key(name), 0, most_read)
    value = (value ~= '' or redis.call('EXISTS', its_key(name)) == 1) and value
    known_values[name] = value
  end
  return value
end

-- Returns whether all keys pass their tests: pairs of a name and a test. The second value is an
-- error, if the tests of this call compare too much.
local function all_pass(tests)
  for _, pair in ipairs(tests) do
    local is_passed = passes(pair[2], value_of(pair[1]))
    if work > most_work then
      return false, redis.error_reply('B9Y too_many_comparisons')
    end
    if not is_passed then
      return false
    end
  end
  return true
end
