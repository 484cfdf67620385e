-- Counts the items of a list, in each state and since its creation.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] name (string): the list
--   ARGV[3] max_items (integer): the most items of a list
--   ARGV[4] max_bytes (bytes): the most bytes of a list
-- Output: the numbers of ready, leased, delayed and dead items; bytes; items added; items
--   removed; the age of the oldest ready item in seconds, or -1; 1 if the list is paused
--- @include "lib/tenant"
--- @include "lib/items"
--- @include "lib/list"
local name = ARGV[2]
local list = list_of(name).process_due_once()
local oldest = redis.call('LINDEX', its_ready(name), 0)
local age = -1
if oldest then
  age = math.max(math.floor((now_in_us() / 1000 - unpacked(oldest).arrived) / 1000), 0)
end
return {
  list.count('ready'), list.count('leased'), list.count('delayed'), list.count('dead'),
  list.bytes, list.total_in, list.total_out, age,
  list.policy and list.policy.paused and 1 or 0,
}
