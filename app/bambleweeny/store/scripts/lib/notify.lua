-- Notifies clients of changes of keys and lists.
--- @include "lib/tenant"
-- The events of an atomic batch, until it cannot fail any more; nil in all other scripts.
local deferred_events
local watched

-- Publishes an event (`key.set`, `key.del` or `list.push`) to the subscribers of the name and to
-- those of all names of the tenant. Does nothing without a subscription: `watched` in the tenant's
-- record is the time in ms until which there is one.
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
  elseif deferred_events then
    deferred_events[#deferred_events + 1] = {event, name}
  else
    -- NOTE: an engine's user may lack the right to publish; then waiting clients time out.
    redis.pcall('PUBLISH', its_changed(name), event)
    redis.pcall('PUBLISH', its_events, event .. ' ' .. name)
  end
end
