-- What a caller's hash holds: group, owner, slope (hundredths), order (its place among callers of
-- that slope), priority (points), since (ms), ring (ms), prefer (a seat or an agent, or ''), also
-- (JSON: further pools whose seats may serve the caller, once widened), and while being offered:
-- seats (JSON: those that ring).
-- A caller with a hash and no seats is in the list of the group, and a guest of the others unless
-- the group is paused.
-- include _seats.lua

local function call_field(call, name)
  return redis.call('HGET', key.call .. call, name)
end

local function decoded(json)
  return json and cjson.decode(json) or {}
end

local function is_paused(group)
  return redis.call('HGET', key.pool .. group, 'paused') == '1'
end

-- The place of a caller: lowest first, and for callers of one slope always the same.
local function order_of(slope, since, priority)
  return string.format('%.0f', slope * since - priority * 100000)
end

local function list_as_guest(call, slope, order, also)
  for _, pool in ipairs(decoded(also)) do
    redis.call('ZADD', key.guests .. slope .. ':' .. pool, order, call)
    touched[pool] = true
  end
end

local function unlist_as_guest(call, slope, also)
  for _, pool in ipairs(decoded(also)) do
    redis.call('ZREM', key.guests .. slope .. ':' .. pool, call)
  end
end

local function list(call)
  local is = redis.call('HMGET', key.call .. call, 'group', 'slope', 'order', 'since', 'also')
  redis.call('ZADD', key.waiting .. is[2] .. ':' .. is[1], is[3], call)
  redis.call('ZADD', key.since .. is[1], is[4], call)
  if not is_paused(is[1]) then
    touched[is[1]] = true
    list_as_guest(call, is[2], is[3], is[5])
  end
end

local function unlist(call)
  local is = redis.call('HMGET', key.call .. call, 'group', 'slope', 'also')
  redis.call('ZREM', key.waiting .. is[2] .. ':' .. is[1], call)
  redis.call('ZREM', key.since .. is[1], call)
  unlist_as_guest(call, is[2], is[3])
end

-- The caller is neither in a list nor in an offer any more.
local function forget(call)
  redis.call('SREM', key.owned .. call_field(call, 'owner'), call)
  redis.call('DEL', key.call .. call)
end

-- While a caller is rung at several seats each of them is spare, the last one is not.
local function mark_several(seats)
  for _, seat in ipairs(seats) do
    if #seats > 1 then
      redis.call('HSET', key.seat .. seat, 'several', '1')
      show(seat)
    else
      redis.call('HDEL', key.seat .. seat, 'several')
      hide(seat)
    end
  end
end

-- The seat does not ring for its caller any more; without another that does, the caller goes back
-- into the list with place and age. A seat that was claimed rings for no caller of a list.
local function end_ring(seat)
  if seat_field(seat, 'claimed') then
    return
  end
  local call = seat_field(seat, 'call')
  local others = {}
  for _, other in ipairs(decoded(call_field(call, 'seats'))) do
    if other ~= seat then
      others[#others + 1] = other
    end
  end
  if #others > 0 then
    redis.call('HSET', key.call .. call, 'seats', cjson.encode(others))
    mark_several(others)
  else
    redis.call('HDEL', key.call .. call, 'seats')
    list(call)
  end
end

-- Tells the owner of the seat's offer that it is lost. Returns call, token, seat and reason.
local function tell_lost(seat, reason)
  local was = redis.call('HMGET', key.seat .. seat, 'owner', 'call', 'token')
  redis.call('RPUSH', inbox_of(was[1]), cjson.encode({
    kind = 'offer_lost', call = was[2], token = was[3], seat = seat, reason = reason,
  }))
  return {was[2], was[3], seat, reason}
end

-- Ends every offer of a caller; with a reason the owner is told.
local function end_rings(call, now, reason)
  for _, seat in ipairs(decoded(call_field(call, 'seats'))) do
    if reason then
      tell_lost(seat, reason)
    end
    rest_unasked(seat, now)
  end
  redis.call('HDEL', key.call .. call, 'seats')
end
