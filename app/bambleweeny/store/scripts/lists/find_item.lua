-- ARGV[2] a list's name, ARGV[5] an item's id. Gives its state, the item as it is kept and its
-- score, or nothing.
local state, item, score = list_of(ARGV[2]).settle().find(ARGV[5])
return state and {state, packed(item), tostring(score)} or false
