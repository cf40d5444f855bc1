-- The seat answered: its offer becomes a talk. Accepting the same offer again changes nothing.
-- KEYS: see _keys.lua
-- ARGV: token, now ms
-- Returns {next deadline, 1 if the talk is on, else 0}
-- include _seats.lua
-- include _answer.lua
local token, now = unpack(ARGV)

local seat = redis.call('HGET', key.leases, token)
if not seat then
  return answer(0)
end
local was = redis.call('HMGET', key.seat .. seat, 'state', 'call')
if was[1] == 'offered' then
  redis.call('DEL', key.call .. was[2])
  redis.call('ZREM', key.deadlines, seat)
  redis.call('HDEL', key.seat .. seat, 'until')
  redis.call('HSET', key.seat .. seat, 'state', 'talking', 'since', now)
end
return answer(1)
