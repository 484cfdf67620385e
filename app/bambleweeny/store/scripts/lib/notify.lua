-- Stands before scripts that change keys or lists, after `tenant`.
-- What is told waits here while it may still be taken back.
local held_back
local watched

-- Tells of `key.set`, `key.del` or `list.push`: who waits for the name, and who follows all of
-- the tenant's. Does nothing unless somebody listens: the record's `watched` says until when,
-- in ms.
local function tell(event, name)
  if watched == nil then
    watched = redis.call('HGET', KEYS[1], 'watched')
  end
  if not watched then
    return
  end
  if tonumber(watched) < tonumber(redis.call('TIME')[1]) * 1000 then
    redis.call('HDEL', KEYS[1], 'watched')
    watched = false
  elseif held_back then
    held_back[#held_back + 1] = {event, name}
  else
    -- NOTE: an engine's user may lack the right to publish; then those who wait time out.
    redis.pcall('PUBLISH', its_told(name), event)
    redis.pcall('PUBLISH', its_events, event .. ' ' .. name)
  end
end
