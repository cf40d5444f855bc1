-- The seat answered: its offer becomes a talk. Other seats that ring for the caller are ready again
-- and keep their turn. Accepting the same offer again changes nothing.
-- KEYS: see _keys.lua
-- ARGV: token, now ms, token base
-- Returns {next deadline, nil if the offer has ended, else {tokens that ended thereby}}
-- include _match.lua
-- include _answer.lua
local token, now, base = unpack(ARGV)

local seat = redis.call('HGET', key.leases, token)
if not seat then
  return answer(false)
end
local was = redis.call('HMGET', key.seat .. seat, 'state', 'call')
if was[1] ~= 'offered' then
  return answer({})
end
local withdrawn = {}
if not seat_field(seat, 'claimed') then
  for _, other in ipairs(decoded(call_field(was[2], 'seats'))) do
    if other ~= seat then
      withdrawn[#withdrawn + 1] = seat_field(other, 'token')
      rest_unasked(other, now)
    end
  end
  forget(was[2])
end
hide(seat)
redis.call('ZREM', key.deadlines, seat)
redis.call('HDEL', key.seat .. seat, 'until', 'several', 'claimed')
redis.call('HSET', key.seat .. seat, 'turn', now)
redis.call('HINCRBY', key.seat .. seat, 'calls', 1)
become(seat, 'talking', now, '')
match(now, base)
return answer(withdrawn)
