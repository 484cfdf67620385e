-- The owner of a sandbox, and its other sandboxes, whose keys are in the same slot.
--- @include "lib/tenant"
local owner_tag, sandbox_id = string.match(its_tag, '^(.*})~([^~]*):$')

-- Returns the tag of another sandbox of the owner, or for '' of this one.
local function tag_of_sandbox(id)
  return id == '' and its_tag or owner_tag .. '~' .. id .. ':'
end
