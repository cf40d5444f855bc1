-- How a supervisor's word reaches the owner of a caller.
-- include _keys.lua
-- include _inbox.lua

-- Returns whether the caller waits or is being offered.
local function tell(call, what, facts)
  local owner = redis.call('HGET', key.call .. call, 'owner')
  if not owner then
    return false
  end
  redis.call('RPUSH', inbox_of(owner), cjson.encode({
    kind = 'told', call = call, what = what, facts = cjson.decode(facts),
  }))
  return true
end
