-- Which messages of topics the bounds have removed.

-- Returns the field of `its_topic_bytes` that has the id of the last message that was removed from
-- a topic. No topic can have this name.
local function field_of_dropped(name)
  return name .. ' dropped'
end
