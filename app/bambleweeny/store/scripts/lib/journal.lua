-- The journal of an atomic batch: functions that undo its changes, run from the last to the first.
-- False in all other scripts.
local journal = false
