-- Stands before the scripts that push and pop, after `tenant`. What changes with each call stands
-- in one field of a list's record, since each further one costs as much again: 1 where the list
-- is to be treated carefully (see `list`), its bytes, how many items came in and went out, and the
-- highest id of all that came.
local of_numbers = '>BI8I8I8I8'
