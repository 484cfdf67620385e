-- Deletes what a route has besides its public id.
--- @include "lib/tenant"
--- @include "lib/journal_topic"
--- @function "topics/delete_topic"

-- Deletes a route's document, its name, its counters, and the journal if the route created it.
local function forget_document(id)
  local name, made = redis.call('HGET', its_document(id), 'name'), created_journal(id)
  if name and name ~= '' then
    redis.call('HDEL', its_route_names, name)
  end
  if made then
    delete_topic({version, made})
  end
  redis.call('UNLINK', its_document(id), its_counts(id))
end
