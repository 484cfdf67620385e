-- Returns how many bytes a tenant may use.
--
-- Input
--   ARGV[1] max_bytes (integer): of its record; 0 or none for no limit
-- Output: the number; 2^53 without a limit
local max_bytes = tonumber(ARGV[1])
return (max_bytes or 0) == 0 and 2 ^ 53 or max_bytes
