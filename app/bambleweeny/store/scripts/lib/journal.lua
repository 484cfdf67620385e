-- Stands before the scripts of lists, after `tenant`. An atomic batch puts a table here; what is
-- in it, run backwards, undoes what was done.
local journal = false
