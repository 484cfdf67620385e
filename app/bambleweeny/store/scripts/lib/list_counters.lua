-- The format of a list's counters, which change in each push and pop. They are one field of the
-- list's record, since each further field would cost as much again: 1 if the list needs the slow
-- path (see lib/list), its bytes, how many items came in, how many went out, and the highest id so
-- far. `record_codec.py` has the same format.
local of_numbers = '>BI8I8I8I8'
