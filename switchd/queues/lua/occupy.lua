-- A seat calls somebody itself: it talks from now on, so that no caller is offered to it. What the
-- agent wished before, not to be ready, holds again afterwards.
-- KEYS: see _keys.lua
-- ARGV: seat, call, token, owner, now ms
-- Returns {next deadline, {'granted', the seat's hash} or {'refused', reason}}
-- include _seats.lua
-- include _answer.lua
local seat, call, token, owner, now = unpack(ARGV)

if not is_seat(seat) then
  return answer(refused('unknown_seat'))
end
local was = redis.call('HMGET', key.seat .. seat, 'state', 'reason')
if was[1] == 'signed_out' then
  return answer(refused('not_signed_in'))
elseif was[1] == 'offered' or was[1] == 'talking' then
  return answer(refused('in_a_call'))
end
hide(seat)
redis.call('ZREM', key.deadlines, seat)
redis.call('HDEL', key.seat .. seat, 'until')
redis.call('HSET', key.seat .. seat, 'call', call, 'token', token, 'owner', owner)
redis.call('HSET', key.leases, token, seat)
if was[1] == 'not_ready' then
  redis.call('HSET', key.seat .. seat, 'after_state', 'not_ready', 'after_reason', was[2])
end
become(seat, 'talking', now, '')
return answer(granted(seat))
