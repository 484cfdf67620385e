-- The format of a list's counters, which each push and pop changes. They are one field of the
-- list's record, since each further field would cost as much again: 1 if the list needs the slow
-- path (see `lib/list.lua`), else 0; its bytes; the numbers of items added and removed so far; and
-- the highest id so far. `core/lists/codec.py` has the same format.
local counters_format = '>BI8I8I8I8'
