-- What a caller's hash holds: group, owner, order (the score in the list), ring (ms), also (JSON:
-- further groups whose seats may serve the caller, once widened), and while being offered: seat.
-- A caller with a hash and no seat is in the list of the group, and a guest of the others.
-- include _seats.lua

local function also(call)
  local groups = redis.call('HGET', key.call .. call, 'also')
  return groups and cjson.decode(groups) or {}
end

local function list(call)
  local was = redis.call('HMGET', key.call .. call, 'group', 'order')
  redis.call('ZADD', key.waiting .. was[1], was[2], call)
  touched[was[1]] = true
  for _, group in ipairs(also(call)) do
    redis.call('ZADD', key.guests .. group, was[2], call)
    touched[group] = true
  end
end

local function unlist(call)
  redis.call('ZREM', key.waiting .. redis.call('HGET', key.call .. call, 'group'), call)
  for _, group in ipairs(also(call)) do
    redis.call('ZREM', key.guests .. group, call)
  end
end

-- Puts the caller of an ended offer back into the list, with place and age.
local function back_to_list(call)
  redis.call('HDEL', key.call .. call, 'seat')
  list(call)
end

-- Tells the owner of the seat's offer that it is lost. Returns call, token and seat.
local function tell_lost(seat)
  local was = redis.call('HMGET', key.seat .. seat, 'owner', 'call', 'token')
  redis.call('RPUSH', key.inbox .. was[1], cjson.encode({
    kind = 'offer_lost', call = was[2], token = was[3], seat = seat,
  }))
  return {was[2], was[3], seat}
end
