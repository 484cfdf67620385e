-- Lists the next names of a tenant's keys, lists or topics. Skips expired keys, and removes some of
-- them from the index.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] noun (string): `keys`, `lists` or `topics`
--   ARGV[3] begin (string): the lower bound of the names, as ZRANGEBYLEX takes it
--   ARGV[4] stop (string): the upper bound, likewise
--   ARGV[5] limit (integer): the most names or groups to read
--   ARGV[6] delimiter (string): groups names by their part up to and including it; '' for no groups
--   ARGV[7] prefix_length (integer): length of the prefix; a delimiter within it is ignored
-- Output: the lower bound of the next page, or nil at the end; the names, each group once
--- @include "lib/tenant"
--- @include "lib/quota"
local noun, begin, stop, limit = ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])
local delimiter, prefix_length = ARGV[6], tonumber(ARGV[7])
local is_keys = noun == 'keys'
local index = is_keys and its_keys or noun == 'topics' and its_topics or its_lists
if is_keys then
  -- NOTE: a listing also works while the engine refuses writes.
  pcall(remove_expired_names)
end
local now = is_keys and count_expired() > 0 and now_in_ms()

local function names_from(from, count)
  return redis.call('ZRANGEBYLEX', index, from, stop, 'LIMIT', 0, count)
end

if delimiter == '' and not now then
  local names = names_from(begin, limit)
  return {#names == limit and '(' .. names[limit], names}
end

local function is_expired(name)
  local expires = now and redis.call('ZSCORE', its_key_expiries, name)
  return expires and tonumber(expires) <= now
end

local function group_end(name)
  return delimiter ~= '' and select(2, string.find(name, delimiter, prefix_length + 1, true))
end

local page_size = delimiter == '' and limit or 1
local listed, names_read = {}, 0
while names_read < limit do
  local names = names_from(begin, page_size)
  for _, name in ipairs(names) do
    begin = '(' .. name
    if not is_expired(name) then
      local last = group_end(name)
      if last then
        name = string.sub(name, 1, last)
        begin = '(' .. name .. '\255'
      end
      listed[#listed + 1] = name
    end
  end
  if #names < page_size then
    return {false, listed}
  end
  names_read = names_read + page_size
end
return {begin, listed}
