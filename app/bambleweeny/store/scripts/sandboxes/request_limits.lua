-- The request limits of a user, which its sandboxes have too.
local limit_fields = {'rate', 'burst', 'max_value'}

-- Gives the record of a sandbox the limits in the record of its owner.
local function copy_request_limits(owner, record)
  for _, field in ipairs(limit_fields) do
    local value = redis.call('HGET', owner, field)
    if value then
      redis.call('HSET', record, field, value)
    else
      redis.call('HDEL', record, field)
    end
  end
end
