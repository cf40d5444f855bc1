-- The talk is over: wrap-up, or ready, or what the agent asked for meanwhile.
-- KEYS: see _keys.lua
-- ARGV: seat, token, wrap-up ms, now ms, token base
-- Returns {next deadline, 1 if this was the seat's talk, else 0}
-- include _match.lua
-- include _answer.lua
local seat, token, wrap_up, now, base = unpack(ARGV)

local was = redis.call('HMGET', key.seat .. seat, 'state', 'token')
if was[1] ~= 'talking' or was[2] ~= token then
  return answer(0)
end
if tonumber(wrap_up) <= 0 then
  rest_after_call(seat, now, 'ready', now, '')
  match(now, base)
elseif rest_after_call(seat, now, 'wrap_up', now, '') then
  tell_emptied()
else
  local ends = string.format('%.0f', tonumber(now) + tonumber(wrap_up))
  redis.call('HSET', key.seat .. seat, 'until', ends)
  redis.call('ZADD', key.deadlines, ends, seat)
end
return answer(1)
