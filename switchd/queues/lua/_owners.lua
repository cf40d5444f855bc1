-- What becomes of callers and offers whose owner has lost them.
-- include _match.lua

-- Drops them; talks go on. Walks all lists and seats. Returns how many callers it were.
local function forget_calls(owner, now)
  local dropped = 0
  for _, group in ipairs(redis.call('SMEMBERS', key.groups)) do
    for _, call in ipairs(redis.call('ZRANGE', key.waiting .. group, 0, -1)) do
      if redis.call('HGET', key.call .. call, 'owner') == owner then
        unlist(call)
        redis.call('DEL', key.call .. call)
        dropped = dropped + 1
      end
    end
  end
  for _, seat in ipairs(redis.call('SMEMBERS', key.seats)) do
    local was = redis.call('HMGET', key.seat .. seat, 'owner', 'state', 'call')
    if was[1] == owner and was[2] == 'offered' then
      dropped = dropped + 1
      redis.call('DEL', key.call .. was[3])
      rest_unasked(seat, now)
    end
  end
  redis.call('DEL', key.inbox .. owner)
  return dropped
end
