-- Records calls of routes in their journals.
--- @include "lib/tenant"
--- @lazy "lib/quota" quota_reached
--- @lazy "topics/publish_within_bounds"

-- Returns an error if the journal would be a new topic beyond the quota.
local function refuse_new_journal(journal)
  if not redis.call('ZSCORE', its_topics, journal) and quota_reached() then
    return redis.error_reply('B9Y quota_exceeded')
  end
end

-- Adds a record to the journal of the route `id`. `bounds` are the most messages of a topic, their
-- age in ms, and bytes, separated by blanks.
local function record_call(id, journal, bounds, record)
  if not redis.call('ZSCORE', its_topics, journal) then
    redis.call('HSET', its_document(id), 'made', journal)
  end
  local max_messages, max_age, max_bytes = string.match(bounds, '(%d+) (%d+) (%d+)')
  return publish_within_bounds({
    version, journal, max_messages, max_age, max_bytes, 'application/json', record, '',
  })
end
