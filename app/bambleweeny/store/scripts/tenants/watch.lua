-- From here on changes are told: for at least ARGV[2] ms, and twice as long as a rule, so that
-- most of those who come later need not write. Gives the value, and what else is known, of
-- the key that ARGV[3] names, if it does: what comes after that is told.
local now, wanted = now_in_ms(), tonumber(ARGV[2])
if tonumber(redis.call('HGET', KEYS[1], 'watched') or 0) < now + wanted then
  -- NOTE: once a script has written, a full engine lets it go on: this must work there too.
  redis.call('HDEL', KEYS[1], 'watched')
  redis.call('HSET', KEYS[1], 'watched', string.format('%.0f', now + 2 * wanted))
end
return ARGV[3] and redis.call('MGET', its_key(ARGV[3]), its_meta(ARGV[3]))
