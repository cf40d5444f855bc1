-- What a seat's hash holds, and how a seat comes to rest.
--   always:             pools (JSON: pool → level), state, since, idle_since, reason, agent,
--                       reachable (1 or 0), turn (ms of the last offer that it took or let
--                       pass), calls (talks since signing in), homes, home (see _homes.lua)
--   signed in:          seated (ms at which the agent sat down)
--   offered, talking:   call, token, owner; the agent's wish for afterwards: after_state,
--                       after_reason
--   offered:            claimed, if it is for a call of no list; several, while the caller is rung at other seats as well
--   offered, wrap_up:   until
--   not_ready:          lapsed_at (ms), lapsed_of (owner), if its last offer was swept; they hold as
--                       long as it is not ready since then
-- include _turns.lua
-- include _events.lua
-- include _inbox.lua

-- Pools in which this verb may have made a match possible.
local touched = {}

local function seat_field(seat, name)
  return redis.call('HGET', key.seat .. seat, name)
end

local function is_seat(seat)
  return redis.call('EXISTS', key.seat .. seat) == 1
end

local function pools_of(seat)
  return cjson.decode(seat_field(seat, 'pools'))
end

-- Takes the seat out of the lists from which callers are served.
local function hide(seat)
  for pool in pairs(pools_of(seat)) do
    redis.call('ZREM', key.idle .. pool, seat)
    redis.call('ZREM', key.spare .. pool, seat)
  end
end

-- Puts the seat into the lists of its pools if it may be offered a caller.
local function show(seat)
  local is = redis.call('HMGET', key.seat .. seat, 'state', 'reachable', 'several', 'after_state',
    'pools', 'idle_since', 'turn', 'calls')
  local spare = is[1] == 'offered' and is[3] and not is[4]
  if is[2] ~= '1' or not (is[1] == 'ready' or spare) then
    return
  end
  local list = spare and key.spare or key.idle
  local seat_now = {
    idle_since = tonumber(is[6]), turn = tonumber(is[7]), calls = tonumber(is[8]),
  }
  for pool, level in pairs(cjson.decode(is[5])) do
    redis.call('ZADD', list .. pool, turn_in(pool, seat_now, level), seat)
    touched[pool] = true
  end
end

-- What keeps a seat of somebody signed in from being offered a caller, in the order in which a pool
-- lists its seats: those that are missing before those that are with callers.
local hindrances = {'not_ready', 'unreachable', 'offered', 'wrap_up', 'talking'}
local place_of = {}
for place, hindrance in ipairs(hindrances) do
  place_of[hindrance] = place
end

local function note_hindrance(pool, seat, state, reachable)
  local place = place_of[state == 'ready' and reachable ~= '1' and 'unreachable' or state]
  if place then
    redis.call('ZADD', key.hindered .. pool, place, seat)
  else
    redis.call('ZREM', key.hindered .. pool, seat)
  end
end

-- Pools that have lost a seat at which somebody was signed in, perhaps the last one.
local thinned = {}

local function tell_owners(pool)
  local told = {}
  local lists = {key.since .. pool}
  for _, slope in ipairs(redis.call('SMEMBERS', key.slopes)) do
    lists[#lists + 1] = key.guests .. slope .. ':' .. pool
  end
  for _, list in ipairs(lists) do
    for _, call in ipairs(redis.call('ZRANGE', list, 0, -1)) do
      local owner = redis.call('HGET', key.call .. call, 'owner')
      if owner and not told[owner] then
        told[owner] = true
        redis.call('RPUSH', inbox_of(owner), cjson.encode({kind = 'emptied', pool = pool}))
      end
    end
  end
end

-- Tells the owners of callers who wait for a pool at which nobody is signed in any more. Each of
-- those callers is told in turn, so that walking them costs nothing beside it. For the end of a
-- verb, when the callers are where they belong; `match` does it.
local function tell_emptied()
  for pool in pairs(thinned) do
    if redis.call('HGET', key.pool .. pool, 'seats:staffed') == '0' then
      tell_owners(pool)
    end
  end
  thinned = {}
end

local function count_staffed(pool, by)
  redis.call('HINCRBY', key.pool .. pool, 'seats:staffed', by)
  if by < 0 then
    thinned[pool] = true
  end
end

-- Counts the seat in all its pools, or takes it out of the count with -1.
local function count(seat, by)
  local is = redis.call('HMGET', key.seat .. seat, 'state', 'reachable', 'pools')
  for pool in pairs(cjson.decode(is[3])) do
    redis.call('HINCRBY', key.pool .. pool, 'seats:' .. is[1], by)
    note_hindrance(pool, seat, by > 0 and is[1] or 'signed_out', is[2])
    if is[1] ~= 'signed_out' and is[2] == '1' then
      count_staffed(pool, by)
    end
  end
end

-- Writes the seat's new state down, tells of it and counts it; what else belongs to the state is the
-- caller's. It begins at `at`, which is `since` unless an idle age goes on that began before.
local function become(seat, state, since, reason, at)
  local name = key.seat .. seat
  local was = redis.call('HMGET', name, 'state', 'reachable', 'pools', 'reason', 'agent', 'call')
  redis.call('HSET', name, 'state', state, 'since', since, 'reason', reason)
  if was[1] ~= state or was[4] ~= reason then
    publish('kind', 'seat', 'at', at or since, 'seat', seat, 'agent', was[5] or '',
      'state', state, 'reason', reason, 'call', was[6] or '')
  end
  if was[1] == state then
    return
  end
  local staffed = 0
  if was[2] == '1' and (was[1] == 'signed_out' or state == 'signed_out') then
    staffed = state == 'signed_out' and -1 or 1
  end
  for pool in pairs(cjson.decode(was[3])) do
    redis.call('HINCRBY', key.pool .. pool, 'seats:' .. was[1], -1)
    redis.call('HINCRBY', key.pool .. pool, 'seats:' .. state, 1)
    note_hindrance(pool, seat, state, was[2])
    if staffed ~= 0 then
      count_staffed(pool, staffed)
    end
  end
end

-- Takes whatever call the seat had away and lets it rest in `state`; see `become`.
local function rest(seat, state, since, reason, at)
  local name = key.seat .. seat
  hide(seat)
  redis.call('ZREM', key.deadlines, seat)
  local token = seat_field(seat, 'token')
  if token then
    redis.call('HDEL', key.leases, token)
  end
  redis.call('HDEL', name, 'call', 'token', 'owner', 'until', 'several', 'claimed', 'after_state',
    'after_reason')
  become(seat, state, since, reason, at)
  if state == 'signed_out' then
    local agent = seat_field(seat, 'agent')
    if redis.call('HGET', key.agents, agent) == seat then
      redis.call('HDEL', key.agents, agent)
    end
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
  rest(seat, state, since, reason, now)
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

-- `where` is the seat that keeps the wish from being granted, if it is another one.
local function refused(reason, where)
  return {'refused', reason, where}
end
