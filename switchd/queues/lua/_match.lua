-- Matches callers with seats in the pools that the verb touched, until none is left to match.
--
-- Each round takes, of all callers who head a list of a touched pool with a free seat, the one with
-- the highest score, and gives that caller a seat: the preferred one if it is idle, else the first
-- in turn of the first of the caller's pools that has an idle seat, else one that is rung for
-- somebody for whom another seat rings as well. Pools that the verb did not touch cannot have both
-- caller and seat, because the verb before left them so. Last, further seats are rung for those
-- whose group wants several, if they are idle still.
-- include _order.lua
-- include _rejected.lua

local first_few = 5

local function has_seat(pool)
  return redis.call('EXISTS', key.idle .. pool, key.spare .. pool) > 0
end

-- The caller's own group comes before the pools that were added, and these in their order.
local function pools_of_call(call)
  local pools = decoded(call_field(call, 'also'))
  table.insert(pools, 1, call_field(call, 'group'))
  return pools
end

local function preferred_seat(call, pools)
  local prefer = call_field(call, 'prefer')
  if prefer == '' then
    return
  end
  local seat = redis.call('HGET', key.agents, prefer) or prefer
  for _, pool in ipairs(pools) do
    if redis.call('ZSCORE', key.idle .. pool, seat) then
      return {call = call, pool = pool, seat = seat, list = key.idle, how = 'preferred'}
    end
  end
end

local function first_in(list, pools, call, how)
  for _, pool in ipairs(pools) do
    local seat = redis.call('ZRANGE', list .. pool, 0, 0)[1]
    if seat then
      return {call = call, pool = pool, seat = seat, list = list, how = how}
    end
  end
end

local function with_seat(call)
  local pools = pools_of_call(call)
  return preferred_seat(call, pools) or first_in(key.idle, pools, call, 'turn')
    or first_in(key.spare, pools, call, 'withdrawn')
end

-- The caller to be served next, with a seat, and who else was considered.
local function next_match(now)
  local best
  local considered = {}
  for pool in pairs(touched) do
    local callers = has_seat(pool) and heads(pool, now) or {}
    if #callers == 0 then
      touched[pool] = nil
    end
    for _, caller in ipairs(callers) do
      considered[caller.call] = caller
      if not best or before(caller, best) then
        best = caller
      end
    end
  end
  if not best then
    return
  end
  local found = with_seat(best.call)
  found.considered = {}
  for _, caller in pairs(considered) do
    table.insert(found.considered, caller)
  end
  table.sort(found.considered, before)
  return found
end

-- What the decision was made from, for the record of the call.
local function reasons(found, now)
  local is = redis.call('HMGET', key.call .. found.call, 'slope', 'order', 'since')
  local score = score_of(is[1], is[2], now)
  local callers, seats, counts = {}, {}, {}
  local known = {[found.seat] = true}
  for at, caller in ipairs(found.considered or {{call = found.call, score = score}}) do
    callers[at] = at <= first_few and {caller.call, caller.score} or nil
  end
  local turns = redis.call('ZRANGE', found.list .. found.pool, 0, first_few - 1, 'WITHSCORES')
  for at = 1, #turns, 2 do
    seats[#seats + 1] = {turns[at], turns[at + 1]}
    known[turns[at]] = true
  end
  local settings = redis.call('HGETALL', key.pool .. found.pool)
  local strategy = 'longest_idle'
  for at = 1, #settings, 2 do
    local state = settings[at]:match('^seats:(.*)')
    if state then
      counts[state] = tonumber(settings[at + 1])
    elseif settings[at] == 'strategy' then
      strategy = settings[at + 1]
    end
  end
  return {
    how = found.how, pool = found.pool, strategy = strategy, score = score,
    waited = now - is[3], callers = callers, seats = seats, counts = counts,
    rejected = rejected(found, pools_of_call(found.call), known),
  }
end

local function offer(found, now, token)
  local call, seat = found.call, found.seat
  local caller = redis.call('HMGET', key.call .. call, 'owner', 'ring', 'seats')
  local why = reasons(found, now)
  local deadline = string.format('%.0f', now + caller[2])
  local seats = decoded(caller[3])
  if #seats == 0 then
    unlist(call)
  end
  hide(seat)
  redis.call('HSET', key.seat .. seat, 'until', deadline, 'call', call, 'token', token,
    'owner', caller[1])
  become(seat, 'offered', string.format('%.0f', now), '')
  redis.call('HSET', key.leases, token, seat)
  redis.call('ZADD', key.deadlines, deadline, seat)
  seats[#seats + 1] = seat
  redis.call('HSET', key.call .. call, 'seats', cjson.encode(seats))
  if #seats > 1 then
    mark_several(seats)
  end
  redis.call('RPUSH', inbox_of(caller[1]), cjson.encode({
    kind = 'offer_made', token = token, call = call, seat = seat,
    agent = seat_field(seat, 'agent'), group = found.pool:match('^[^@]*'),
    home = seat_field(seat, 'home') or '',
    offered_at = now, deadline = tonumber(deadline), why = why,
  }))
end

-- A seat that rings for one of several goes back to those who may be offered a caller.
local function withdraw(seat, now)
  tell_lost(seat, 'withdrawn')
  end_ring(seat)
  rest_unasked(seat, now)
end

-- Rings idle seats for a caller who is offered to one, up to the number that the group wants.
local function ring_more(call, now, token)
  local wanted = tonumber(redis.call('HGET', key.pool .. call_field(call, 'group'), 'ring_several'))
  local pools = pools_of_call(call)
  for _ = 2, wanted or 1 do
    local found = first_in(key.idle, pools, call, 'further')
    if not found then
      return
    end
    offer(found, now, token())
  end
end

local function touch_all()
  for _, pool in ipairs(redis.call('SMEMBERS', key.pools)) do
    touched[pool] = true
  end
end

-- Whether a daemon is putting callers back who waited before. One that has not come to an end of it
-- in time is not waited for.
local function is_gathering(now)
  local gathers, goes_on = redis.call('HGETALL', key.gathering), false
  for at = 1, #gathers, 2 do
    if tonumber(gathers[at + 1]) > now then
      goes_on = true
    else
      redis.call('HDEL', key.gathering, gathers[at])
      touch_all()
    end
  end
  return goes_on
end

-- Offers get the tokens `base`-1, `base`-2, …
local function match(now_text, base)
  local now, made, rung = tonumber(now_text), 0, {}
  if is_gathering(now) then
    tell_emptied()
    return
  end
  local function token()
    made = made + 1
    return base .. '-' .. made
  end
  local found = next_match(now)
  while found do
    if found.how == 'withdrawn' then
      withdraw(found.seat, string.format('%.0f', now))
      found.list = key.idle
    end
    offer(found, now, token())
    if found.how ~= 'preferred' then
      rung[#rung + 1] = found.call
    end
    found = next_match(now)
  end
  for _, call in ipairs(rung) do
    ring_more(call, now, token)
  end
  tell_emptied()
end
