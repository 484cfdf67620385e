-- ARGV[2] a list's name, ARGV[5] a state, ARGV[6] and ARGV[7] the score and the id of the last item
-- that was given, ARGV[8] the most items, ARGV[9] the bytes past which the page ends. Gives the
-- next items as they are kept, each with its score.
return list_of(ARGV[2]).settle().page(ARGV[5], tonumber(ARGV[6]), ARGV[7], tonumber(ARGV[8]), tonumber(ARGV[9]))
