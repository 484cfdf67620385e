-- The owner of a sandbox, whose keys are in the same slot.
--- @include "lib/tenant"
local owner_tag, sandbox_id = string.match(its_tag, '^(.*})~([^~]*):$')
owner_tag = owner_tag .. ':'
