-- The agent may not be offered callers; while offered or talking, when the call has ended.
-- KEYS: see _keys.lua
-- ARGV: seat, reason, now ms
-- Returns {next deadline, {'granted', the seat's hash} or {'refused', reason}}
-- include _seats.lua
-- include _answer.lua
local seat, reason, now = unpack(ARGV)

if not is_seat(seat) then
  return answer(refused('unknown_seat'))
end
local was = redis.call('HMGET', key.seat .. seat, 'state', 'reason')
if was[1] == 'signed_out' then
  return answer(refused('not_signed_in'))
elseif was[1] == 'offered' or was[1] == 'talking' then
  hide(seat)
  redis.call('HSET', key.seat .. seat, 'after_state', 'not_ready', 'after_reason', reason)
elseif was[1] ~= 'not_ready' or was[2] ~= reason then
  rest(seat, 'not_ready', now, reason)
end
return answer(granted(seat))
