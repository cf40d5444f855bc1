-- Matches callers with seats in the groups that the verb touched, until none is left to match.
--
-- Each round takes, of all touched groups with a caller and an idle seat, the caller with the best
-- order and the seat of that group that has been idle longest. Groups that the verb did not touch
-- cannot have both, because the verb before left them so.
-- include _calls.lua

local function offer(call, group, seat, now, token)
  local caller = redis.call('HMGET', key.call .. call, 'owner', 'ring')
  local deadline = string.format('%.0f', tonumber(now) + tonumber(caller[2]))
  hide(seat)
  redis.call('ZREM', key.waiting .. group, call)
  redis.call('HSET', key.call .. call, 'seat', seat)
  redis.call('HSET', key.seat .. seat, 'state', 'offered', 'since', now, 'until', deadline,
    'call', call, 'token', token, 'owner', caller[1])
  redis.call('HSET', key.leases, token, seat)
  redis.call('ZADD', key.deadlines, deadline, seat)
  redis.call('RPUSH', key.inbox .. caller[1], cjson.encode({
    kind = 'offer_made', token = token, call = call, seat = seat,
    agent = seat_field(seat, 'agent'), group = group,
    offered_at = tonumber(now), deadline = tonumber(deadline),
  }))
end

local function next_match()
  local best
  for group in pairs(touched) do
    local seat = redis.call('ZRANGE', key.idle .. group, 0, 0)[1]
    local caller = seat and redis.call('ZRANGE', key.waiting .. group, 0, 0, 'WITHSCORES') or {}
    local call, order = caller[1], tonumber(caller[2])
    if not call then
      touched[group] = nil
    elseif not best or order < best.order or (order == best.order and call < best.call) then
      best = {call = call, order = order, group = group, seat = seat}
    end
  end
  return best
end

-- Offers get the tokens `base`-1, `base`-2, …
local function match(now, base)
  local made = 0
  local found = next_match()
  while found do
    made = made + 1
    offer(found.call, found.group, found.seat, now, base .. '-' .. made)
    found = next_match()
  end
end
