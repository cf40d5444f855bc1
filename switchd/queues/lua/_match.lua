-- Matches callers with seats in the groups that the verb touched, until none is left to match.
--
-- Each round takes, of all touched groups with a caller or guest and an idle seat, the one with the
-- best order, and a seat that has been idle longest in the first of the caller's groups that has
-- one. Groups that the verb did not touch
-- cannot have both, because the verb before left them so.
-- include _calls.lua

local function offer(call, group, seat, now, token)
  local caller = redis.call('HMGET', key.call .. call, 'owner', 'ring')
  local deadline = string.format('%.0f', tonumber(now) + tonumber(caller[2]))
  hide(seat)
  unlist(call)
  redis.call('HSET', key.call .. call, 'seat', seat)
  redis.call('HSET', key.seat .. seat, 'state', 'offered', 'since', now, 'until', deadline,
    'call', call, 'token', token, 'owner', caller[1])
  redis.call('HSET', key.leases, token, seat)
  redis.call('ZADD', key.deadlines, deadline, seat)
  redis.call('RPUSH', key.inbox .. caller[1], cjson.encode({
    kind = 'offer_made', token = token, call = call, seat = seat,
    agent = seat_field(seat, 'agent'), group = group, home = seat_field(seat, 'home') or '',
    offered_at = tonumber(now), deadline = tonumber(deadline),
  }))
end

local function before(one, other)
  return one.order < other.order or (one.order == other.order and one.call < other.call)
end

-- Who is to be served next by the group's seats: of its own callers, or of its guests.
local function first_of(group)
  local first
  for _, list in ipairs({key.waiting, key.guests}) do
    local head = redis.call('ZRANGE', list .. group, 0, 0, 'WITHSCORES')
    local caller = head[1] and {call = head[1], order = tonumber(head[2])}
    if caller and (not first or before(caller, first)) then
      first = caller
    end
  end
  return first
end

-- A caller's own group comes before those that were added, and these in the order of their adding.
local function with_seat(call)
  local groups = also(call)
  table.insert(groups, 1, redis.call('HGET', key.call .. call, 'group'))
  for _, group in ipairs(groups) do
    local seat = redis.call('ZRANGE', key.idle .. group, 0, 0)[1]
    if seat then
      return {call = call, group = group, seat = seat}
    end
  end
end

local function next_match()
  local best
  for group in pairs(touched) do
    local seat = redis.call('ZRANGE', key.idle .. group, 0, 0)[1]
    local caller = seat and first_of(group)
    if not caller then
      touched[group] = nil
    elseif not best or before(caller, best) then
      best = caller
    end
  end
  return best and with_seat(best.call)
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
