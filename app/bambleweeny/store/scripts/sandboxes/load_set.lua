-- Replaces all data of a sandbox by those of a saved set. Items get new ids, public ids stay. Wakes
-- all that wait.
--
-- Input
--   KEYS[1] user (hash): the record of the sandbox
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] name (string): of the set; '' is the seed, which is empty if it was not saved
--   ARGV[3] max_items (integer): the most items of a list
--   ARGV[4] max_bytes (bytes): the most bytes of a list
-- Output: the number of public ids that the sandbox had
-- Errors: not_found, store_full
--- @include "lib/tenant"
--- @include "lib/notify"
--- @include "lib/items"
--- @include "lib/quota"
--- @include "sandboxes/sets"
--- @include "sandboxes/saved_lists"
local name = ARGV[2]
local saved = redis.call('HGET', its_saved_sets, name)
if not saved and name ~= '' then
  return redis.error_reply('B9Y not_found')
end
-- NOTE: an engine checks its free memory only before the first write of a script.
redis.call('SETRANGE', its_probe, 0, '')
local set_tag, now_ms = tag_of_set(its_tag, name), now_in_ms()
local earlier_keys, earlier_topics = {}, redis.call('ZRANGE', its_topics, 0, -1)
if watched or followed then
  earlier_keys = redis.call('ZRANGE', its_keys, 0, -1)
end
local next_id = new_ids()
drop_public_ids(its_tag)
unlink_data(its_tag)

copy(under(set_tag, its_keys), its_keys)
local keys = for_pages_of(its_keys, function(names)
  local pairs_to_set = {}
  for index, value in ipairs(redis.call('HMGET', under(set_tag, its_values), unpack(names))) do
    pairs_to_set[2 * index - 1], pairs_to_set[2 * index] = its_key(names[index]), value
  end
  redis.call('MSET', unpack(pairs_to_set))
end)
local metas = redis.call('HGETALL', under(set_tag, its_metas))
for index = 1, #metas, 2 do
  local key = metas[index]
  local wait, content_type = string.match(metas[index + 1], '^(%d+) (.*)$')
  local expires = tonumber(wait) > 0 and now_ms + wait or 0
  redis.call('SET', its_meta(key), string.format('%.0f ', expires) .. content_type)
  if expires > 0 then
    redis.call('PEXPIREAT', its_meta(key), expires)
    redis.call('PEXPIREAT', its_key(key), expires)
    redis.call('ZADD', its_key_expiries, expires, key)
    redis.call('HSET', its_expiring_bytes, key, redis.call('STRLEN', its_key(key)))
  end
end
copy(under(set_tag, its_lists), its_lists)
for _, list in ipairs(redis.call('ZRANGE', its_lists, 0, -1)) do
  load_list(list, set_tag, next_id, now_ms)
end
copy_topics_and_documents(set_tag, its_tag)

local bytes = tonumber(string.match(saved or '0', '^%d+'))
local most_bytes = redis.call('HGET', user, 'max_bytes')
redis.call(
  'HSET', user, 'room', string.format('%.0f', most_bytes - bytes_of_sets(its_saved_sets) - bytes),
  'last_item', text_of(next_id())
)
-- Workers remember which plain routes have no document, until this number changes.
redis.call('HINCRBY', user, 'documents', 1)
for _, topics in ipairs({earlier_topics, redis.call('ZRANGE', its_topics, 0, -1)}) do
  for _, topic in ipairs(topics) do
    redis.pcall('PUBLISH', its_published(topic), '')
  end
end
if watched or followed then
  for _, key in ipairs(earlier_keys) do
    if not redis.call('ZSCORE', its_keys, key) then
      notify('key.del', key)
    end
  end
  for _, key in ipairs(keys) do
    notify('key.set', key)
  end
  for _, list in ipairs(redis.call('ZRANGE', its_lists, 0, -1)) do
    notify('list.push', list)
  end
end
return redis.call('ZCARD', its_dropped_routes) + redis.call('ZCARD', its_dropped_bins)
