-- Deletes what a route or bin has besides its public id.
--- @include "lib/tenant"
--- @include "lib/journal_topic"
--- @function "topics/delete_topic"

-- Deletes a document, its name, its counters, the refusals, and the journal if the route created
-- it. `names` is the key of the names of routes or bins.
local function forget_document(id, names)
  local name, made = redis.call('HGET', its_document(id), 'name'), created_journal(id)
  if name and name ~= '' then
    redis.call('HDEL', names, name)
  end
  if made then
    delete_topic({version, made})
  end
  redis.call('UNLINK', its_document(id), its_counts(id), its_refused(id))
end
