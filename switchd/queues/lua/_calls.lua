-- What a caller's hash holds: group, owner, order (the score in the list), ring (ms), and while
-- being offered: seat. A caller with a hash and no seat is in the list of the group.
-- include _seats.lua

-- Puts the caller of an ended offer back into the list, with place and age.
local function back_to_list(call)
  local name = key.call .. call
  local was = redis.call('HMGET', name, 'group', 'order')
  redis.call('HDEL', name, 'seat')
  redis.call('ZADD', key.waiting .. was[1], was[2], call)
  touched[was[1]] = true
end

-- Tells the owner of the seat's offer that it is lost. Returns call, token and seat.
local function tell_lost(seat)
  local was = redis.call('HMGET', key.seat .. seat, 'owner', 'call', 'token')
  redis.call('RPUSH', key.inbox .. was[1], cjson.encode({
    kind = 'offer_lost', call = was[2], token = was[3], seat = seat,
  }))
  return {was[2], was[3], seat}
end
