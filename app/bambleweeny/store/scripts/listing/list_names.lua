-- Lists the next names of a noun. Skips expired keys, and removes some of them from the index.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] noun (string): `keys`, `lists` or `topics`
--   ARGV[3] begin (string): where to begin in the index, as ZRANGEBYLEX has it
--   ARGV[4] stop (string): where to stop, likewise
--   ARGV[5] most (integer): names to look at
--   ARGV[6] delimiter (string): names that share what is before and including it are one, or ''
--   ARGV[7] before (integer): characters in front of which a delimiter does not count
-- Output: where to begin next, or nil at the end; the names, each group once
--- @include "lib/tenant"
--- @include "lib/quota"
local noun, begin, stop, most = ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])
local delimiter, before = ARGV[6], tonumber(ARGV[7])
local is_keys = noun == 'keys'
local index = is_keys and its_keys or noun == 'topics' and its_topics or its_lists
if is_keys then
  -- NOTE: listings also work if the engine takes no writes.
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
