-- The agent leaves; while offered or talking, when the call has ended.
-- KEYS: see _keys.lua
-- ARGV: seat, now ms
-- Returns {next deadline, {'granted', the seat's hash} or {'refused', reason}}
-- include _seats.lua
-- include _answer.lua
local seat, now = unpack(ARGV)

if not is_seat(seat) then
  return answer(refused('unknown_seat'))
end
local state = seat_field(seat, 'state')
if state == 'offered' or state == 'talking' then
  hide(seat)
  redis.call('HSET', key.seat .. seat, 'after_state', 'signed_out', 'after_reason', '')
elseif state ~= 'signed_out' then
  rest(seat, 'signed_out', now, '')
  tell_emptied()
end
return answer(granted(seat))
