-- Counts what a list has.
--
-- Input
--   KEYS[1] user (hash): the tenant's record
--   ARGV[1] version (string): the version of the caller's token
--   ARGV[2] name (string): the list
--   ARGV[3] most_items (integer): items of a list
--   ARGV[4] most_bytes (bytes): of a list
-- Output: the numbers of ready, leased, delayed and dead items; bytes; items that came in; items
--   that went out; the age of the oldest ready item in seconds, or -1; 1 if the list is paused
--- @include "lib/tenant"
--- @include "lib/items"
--- @include "lib/list"
local name = ARGV[2]
local list = list_of(name).settle()
local oldest = redis.call('LINDEX', its_ready(name), 0)
local age = -1
if oldest then
  age = math.max(math.floor((now_in_us() / 1000 - unpacked(oldest).came) / 1000), 0)
end
return {
  list.count('ready'), list.count('leased'), list.count('delayed'), list.count('dead'),
  list.bytes, list.came, list.went, age,
  list.policy and list.policy.paused and 1 or 0,
}
