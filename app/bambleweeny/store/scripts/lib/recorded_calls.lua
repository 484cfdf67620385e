-- Records calls of routes in their journals.
--- @include "lib/tenant"
--- @include "lib/journal_topic"
--- @lazy "lib/quota" quota_reached
--- @lazy "lib/quota" refuse_growth
--- @lazy "topics/publish_within_bounds"

-- Creates the journal of the route `id` if it does not exist; returns whether it exists then. Its
-- owner may have deleted it, and its limits may have no room for it any more.
local function open_journal(id, journal)
  if not redis.call('ZSCORE', its_topics, journal) then
    if quota_reached() or refuse_growth(#journal + 64) then
      return false
    end
    create_journal(id, journal)
  end
  return true
end

-- Adds a record to the journal of a route, which is open, unless the owner's `max_bytes` have no
-- room for it. `bounds` are the most messages of a topic, their age in ms, and bytes, separated by
-- blanks.
local function record_call(journal, bounds, record)
  local max_messages, max_age, max_bytes = string.match(bounds, '(%d+) (%d+) (%d+)')
  return publish_within_bounds({
    version, journal, max_messages, max_age, max_bytes, 'application/json', record, '',
  })
end
