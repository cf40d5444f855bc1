-- Removes a seat that the plan no longer has. The owner of an offer is told, and a caller for whom
-- no other seat rings goes back to the list; a talk goes on without the queue knowing.
-- KEYS: see _keys.lua
-- ARGV: seat, now ms, token base
-- Returns {next deadline, 1 if the seat was known, else 0}
-- include _match.lua
-- include _answer.lua
local seat, now, base = unpack(ARGV)

if not is_seat(seat) then
  return answer(0)
end
if seat_field(seat, 'state') == 'offered' then
  tell_lost(seat, 'seat_gone')
  end_ring(seat)
end
rest(seat, 'signed_out', now, '')
count(seat, -1)
redis.call('DEL', key.seat .. seat)
redis.call('SREM', key.seats, seat)
match(now, base)
return answer(1)
