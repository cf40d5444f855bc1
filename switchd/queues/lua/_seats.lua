-- What a seat's hash holds, and how a seat comes to rest.
--   always:             groups (JSON), state, since, idle_since, reason, agent, reachable (1 or 0),
--                       homes, home (see _homes.lua)
--   offered, talking:   call, token, owner; the agent's wish for afterwards: after_state,
--                       after_reason
--   offered, wrap_up:   until
-- include _keys.lua

-- Groups in which this verb may have made a match possible.
local touched = {}

local function seat_field(seat, name)
  return redis.call('HGET', key.seat .. seat, name)
end

local function is_seat(seat)
  return redis.call('EXISTS', key.seat .. seat) == 1
end

-- Takes the seat out of the idle lists.
local function hide(seat)
  for _, group in ipairs(cjson.decode(seat_field(seat, 'groups'))) do
    redis.call('ZREM', key.idle .. group, seat)
  end
end

-- Puts the seat into the idle lists of its groups if it may be offered a caller.
local function show(seat)
  local now = redis.call('HMGET', key.seat .. seat, 'state', 'reachable', 'idle_since', 'groups')
  if now[1] == 'ready' and now[2] == '1' then
    for _, group in ipairs(cjson.decode(now[4])) do
      redis.call('ZADD', key.idle .. group, now[3], seat)
      touched[group] = true
    end
  end
end

-- Takes whatever call the seat had away and lets it rest in `state`.
local function rest(seat, state, since, reason)
  local name = key.seat .. seat
  hide(seat)
  redis.call('ZREM', key.deadlines, seat)
  local token = seat_field(seat, 'token')
  if token then
    redis.call('HDEL', key.leases, token)
  end
  redis.call('HDEL', name, 'call', 'token', 'owner', 'until', 'after_state', 'after_reason')
  redis.call('HSET', name, 'state', state, 'since', since, 'reason', reason)
  if state == 'signed_out' then
    redis.call('HSET', name, 'agent', '')
  elseif state == 'ready' then
    redis.call('HSET', name, 'idle_since', since)
    show(seat)
  end
end

-- As `rest` after an offer or a talk: what the agent asked for meanwhile comes first.
-- Returns whether it did.
local function rest_after_call(seat, now, state, since, reason)
  local wish = redis.call('HMGET', key.seat .. seat, 'after_state', 'after_reason')
  if wish[1] then
    rest(seat, wish[1], now, wish[2])
    return true
  end
  rest(seat, state, since, reason)
  return false
end

-- Offered seat back to ready as if it had not been asked: its idle age goes on.
local function rest_unasked(seat, now)
  rest_after_call(seat, now, 'ready', seat_field(seat, 'idle_since'), '')
end

-- Reply of the verbs by which agents change their seat.
local function granted(seat)
  return {'granted', redis.call('HGETALL', key.seat .. seat)}
end

local function refused(reason)
  return {'refused', reason}
end
