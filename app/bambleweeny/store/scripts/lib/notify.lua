-- Notifies clients of changes of keys and lists.
--- @include "lib/tenant"
-- The events of an atomic batch, until it cannot fail any more; nil in all other scripts.
local held_back
local watched

-- Publishes an event (`key.set`, `key.del` or `list.push`) to the clients that watch the name, and
-- to those that watch all names of the tenant. Does nothing if no client watches: `watched` in the
-- tenant's record is the time in ms until which one does.
local function notify(event, name)
  if watched == nil then
    watched = redis.call('HGET', user, 'watched')
  end
  if not watched then
    return
  end
  if tonumber(watched) < tonumber(redis.call('TIME')[1]) * 1000 then
    redis.call('HDEL', user, 'watched')
    watched = false
  elseif held_back then
    held_back[#held_back + 1] = {event, name}
  else
    -- NOTE: an engine's user may lack the right to publish; then waiting clients time out.
    redis.pcall('PUBLISH', its_changed(name), event)
    redis.pcall('PUBLISH', its_events, event .. ' ' .. name)
  end
end
