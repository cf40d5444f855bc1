-- The seat's phone came or went. The seat's state stays; without a phone it is offered nobody.
-- KEYS: see _keys.lua
-- ARGV: seat, reachable as 1 or 0, now ms, token base
-- Returns {next deadline, 1 if the seat is known, else 0}
-- include _match.lua
-- include _answer.lua
local seat, reachable, now, base = unpack(ARGV)

if not is_seat(seat) then
  return answer(0)
end
count(seat, -1)
redis.call('HSET', key.seat .. seat, 'reachable', reachable)
count(seat, 1)
if reachable == '1' then
  show(seat)
  match(now, base)
else
  hide(seat)
  tell_emptied()
end
return answer(1)
