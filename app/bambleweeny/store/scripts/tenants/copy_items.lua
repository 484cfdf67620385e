-- As `look_at_items`, and changes nothing: what is due stays so.
return list_of(ARGV[2]).page(ARGV[5], tonumber(ARGV[6]), ARGV[7], tonumber(ARGV[8]), tonumber(ARGV[9]))
