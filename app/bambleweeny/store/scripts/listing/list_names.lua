-- Gives where to go on, or nothing at the end of an index, and the next names of it.
-- ARGV[2] `keys`, `lists` or `topics`, ARGV[3] where to begin, ARGV[4] where to end, ARGV[5] how
-- many names are looked at. With a delimiter, ARGV[6], names that have it after their first ARGV[7]
-- characters are given as what they share up to it, each group once and by one jump.
-- Expired names are not given, and forgotten.
local is_keys = ARGV[2] == 'keys'
local index = is_keys and its_keys or ARGV[2] == 'topics' and its_topics or its_lists
local begin, stop, most = ARGV[3], ARGV[4], tonumber(ARGV[5])
local delimiter, before = ARGV[6], tonumber(ARGV[7])
if is_keys then
  -- NOTE: an engine that takes no writes lists all the same.
  pcall(forget_expired)
end
local now = is_keys and expired() > 0 and now_in_ms()

local function names_from(place, count)
  return redis.call('ZRANGEBYLEX', index, place, stop, 'LIMIT', 0, count)
end

if delimiter == '' and not now then
  local names = names_from(begin, most)
  return {#names == most and '(' .. names[most], names}
end

local function is_gone(name)
  local ends = now and redis.call('ZSCORE', its_expiring, name)
  return ends and tonumber(ends) <= now
end

local function group_end(name)
  return delimiter ~= '' and select(2, string.find(name, delimiter, before + 1, true))
end

local at_once = delimiter == '' and most or 1
local given, looked_at = {}, 0
while looked_at < most do
  local names = names_from(begin, at_once)
  for _, name in ipairs(names) do
    begin = '(' .. name
    if not is_gone(name) then
      local last = group_end(name)
      if last then
        name = string.sub(name, 1, last)
        begin = '(' .. name .. '\255'
      end
      given[#given + 1] = name
    end
  end
  if #names < at_once then
    return {false, given}
  end
  looked_at = looked_at + at_once
end
return {begin, given}
