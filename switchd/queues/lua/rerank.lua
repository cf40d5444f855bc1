-- Gives a caller another priority; the age goes on. Nobody is matched by it: whoever waits, waits
-- because no seat is free.
-- KEYS: see _keys.lua
-- ARGV: call, priority (points)
-- Returns {next deadline, 1 if the caller was there, else 0}
-- include _calls.lua
-- include _answer.lua
local call, priority = unpack(ARGV)

local was = redis.call('HMGET', key.call .. call, 'slope', 'since', 'seats')
if not was[1] then
  return answer(0)
end
redis.call('HSET', key.call .. call, 'priority', priority,
  'order', order_of(was[1], was[2], priority))
if not was[3] then
  list(call)
end
return answer(1)
