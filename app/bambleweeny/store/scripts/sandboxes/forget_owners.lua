-- Forgets owners of sandboxes, except those that have been noted meanwhile: a sandbox of theirs is
-- being made.
--
-- Input
--   KEYS[1] owners (sorted set): each with the ms at which the last of its sandboxes ends
--   ARGV[1] before (ms): an owner stays unless its last sandbox has ended before
--   ARGV[2..] owner (string): the id of each
-- Output: the number of owners that were forgotten
local owners, before = KEYS[1], tonumber(ARGV[1])
local forgotten = 0
for index = 2, #ARGV do
  local owner = ARGV[index]
  local ends = redis.call('ZSCORE', owners, owner)
  if ends and tonumber(ends) < before then
    forgotten = forgotten + redis.call('ZREM', owners, owner)
  end
end
return forgotten
