-- The first include of every script of a tenant: checks the caller's token, and defines the prefix
-- of all key names. `its_key(name)`, `its_lists` and so on are names of keys (`store/schema.py`).
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): of the caller's session, or `t:<id>=<revision>` of a named token, in
--     the field `t:<id>`; empty without a login, as at a bin
-- Errors: unauthorized; stale_token, if the session or token is not as the caller knows it
-- NOTE: the tenant's other keys are not declared. They carry the hash tag of its record, so they
-- are in the same slot of a Cluster. There KEYS[2] is the name of a key that never exists: with it
-- the script runs only while the slot does not move.
local user, version = KEYS[1], ARGV[1]
local its_tag = string.sub(user, 1, -5)
-- Until when the tenant has subscriptions to any events, as a time in ms; false without one.
local watched
do
  local equals = string.find(version, '=', 1, true)
  local field = equals and string.sub(version, 1, equals - 1) or 'version'
  local fields = redis.call('HMGET', user, field, 'watched')
  local current = fields[1]
  watched = fields[2]
  if not current then
    return redis.error_reply('B9Y unauthorized')
  end
  if version ~= '' and current ~= (equals and string.sub(version, equals + 1) or version) then
    return redis.error_reply('B9Y stale_token')
  end
end
