-- Journals that routes have created: topics with a mark that ends with the topic.
--- @include "lib/tenant"

-- Creates the topic of a journal, with the mark that the route `id` has created it.
local function create_journal(id, journal)
  redis.call('ZADD', its_topics, 0, journal)
  redis.call('HSET', its_topic_bytes, journal .. ' made', id)
  redis.call('HSET', its_document(id), 'made', journal)
end

-- Returns the journal that the route `id` has created, or nil if it has none, or if its owner has
-- deleted it.
local function created_journal(id)
  local made = redis.call('HGET', its_document(id), 'made')
  if made and redis.call('HGET', its_topic_bytes, made .. ' made') == id then
    return made
  end
end
