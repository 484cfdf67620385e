-- Stands before every script of a tenant, after its names. KEYS[1] is the tenant's record.
-- ARGV[1] is the token version that the caller was given; it is empty where nobody is
-- logged in, as at a bin.
-- NOTE: the tenant's other keys are not declared. They carry the hash tag of its record, so
-- they are in the same slot of a Cluster, and a name that is declared beside the record but
-- never there has the script run only while that slot is not on the move.
local current = redis.call('HGET', KEYS[1], 'version')
if not current or (ARGV[1] ~= '' and ARGV[1] ~= current) then
  return redis.error_reply('B9Y unauthorized')
end
