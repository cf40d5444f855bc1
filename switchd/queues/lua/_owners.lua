-- What becomes of callers and offers whose owner has lost them.
-- include _match.lua

-- Drops them; talks go on. Returns how many callers it were.
local function forget_calls(owner, now)
  local calls = redis.call('SMEMBERS', key.owned .. owner)
  for _, call in ipairs(calls) do
    if call_field(call, 'seats') then
      end_rings(call, now)
    else
      unlist(call)
    end
    forget(call)
  end
  redis.call('DEL', key.inbox .. owner)
  return #calls
end
