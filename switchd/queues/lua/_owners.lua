-- What becomes of callers and offers whose owner has lost them.
-- include _match.lua

-- Seats that were claimed are ready again: nobody knows for what they were.
local function give_back_claims(owner, now)
  for _, seat in ipairs(redis.call('SMEMBERS', key.seats)) do
    local is = redis.call('HMGET', key.seat .. seat, 'owner', 'state', 'claimed')
    if is[1] == owner and is[2] == 'offered' and is[3] then
      rest_unasked(seat, now)
    end
  end
end

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
  give_back_claims(owner, now)
  redis.call('DEL', key.inbox .. owner, inbox_of(owner))
  return #calls
end
