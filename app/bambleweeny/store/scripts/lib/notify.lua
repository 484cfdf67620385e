-- Notifies clients of changes and calls. Does nothing without a subscription.
--- @include "lib/tenant"
-- The events of an atomic batch, until it cannot fail any more; nil in all other scripts.
local deferred_events
-- Until when the tenant has subscriptions to events of all kinds, in ms; nil until it is read.
local followed

-- Returns whether a subscription that ends at a time in ms has not ended; else removes it.
local function is_active(ends, field)
  if not ends or tonumber(ends) >= tonumber(redis.call('TIME')[1]) * 1000 then
    return ends
  end
  redis.call('HDEL', user, field)
  return false
end

-- Publishes an event of any kind to the subscribers of all kinds. Scripts test `watched` first, so
-- that an event that no client waits for costs nothing.
-- NOTE: an atomic batch does not undo an expiry.
local function notify_followers(event, name)
  if deferred_events and event ~= 'key.expire' then
    deferred_events[#deferred_events + 1] = {notify_followers, event, name}
    return
  end
  if followed == nil then
    followed = redis.call('HGET', user, 'followed')
  end
  followed = is_active(followed, 'followed')
  if followed then
    -- NOTE: an engine's user may lack the right to publish; then waiting clients time out.
    redis.pcall('PUBLISH', its_followed, event .. ' ' .. name)
  end
end

-- Publishes an event (`key.set`, `key.del` or `list.push`) to the subscribers of the name, to those
-- of all names of the tenant, and to those of all kinds.
local function notify(event, name)
  if not watched then
    return
  elseif deferred_events then
    deferred_events[#deferred_events + 1] = {notify, event, name}
    return
  end
  watched = is_active(watched, 'watched')
  if watched then
    redis.pcall('PUBLISH', its_changed(name), event)
    redis.pcall('PUBLISH', its_events, event .. ' ' .. name)
    notify_followers(event, name)
  end
end
