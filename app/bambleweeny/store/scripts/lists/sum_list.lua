-- ARGV[2] a list's name. Gives how many items are ready, leased, delayed and dead, their bytes,
-- how many came in and went out, how many seconds ago the oldest ready one came (or -1), and 1
-- where it is paused.
local list = list_of(ARGV[2]).settle()
local oldest = redis.call('LINDEX', its_ready(ARGV[2]), 0)
return {
  list.count('ready'), list.count('leased'), list.count('delayed'), list.count('dead'),
  list.bytes, list.came, list.went, oldest and math.max(math.floor((now_in_us() / 1000 - unpacked(oldest).came) / 1000), 0) or -1,
  list.policy and list.policy.paused and 1 or 0,
}
