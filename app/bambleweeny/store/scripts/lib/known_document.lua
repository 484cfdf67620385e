-- Checks that the caller knows the document of a route.
--- @include "lib/tenant"

-- Returns nil if the document has the revision that the caller knows. Otherwise returns a reply:
-- -1, the revision and the document, or an error if the route has no document.
local function newer_document(id, revision)
  local found = redis.call('HGET', its_document(id), 'revision')
  if not found then
    return redis.error_reply('B9Y not_found')
  end
  if found ~= revision then
    return {-1, found, redis.call('HGET', its_document(id), 'document')}
  end
end
