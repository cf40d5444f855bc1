-- The phone did not take the offer. Unless another seat rings for the caller, the caller goes back
-- with place and age and to the next ready seat if there is one; the seat is not ready, or without
-- a reason ready as the last in turn.
-- KEYS: see _keys.lua
-- ARGV: token, reason or '', now ms, token base
-- Returns {next deadline, 1 if the offer was open, else 0}
-- include _match.lua
-- include _answer.lua
local token, reason, now, base = unpack(ARGV)

local seat = redis.call('HGET', key.leases, token)
if not seat or seat_field(seat, 'state') ~= 'offered' then
  return answer(0)
end
end_ring(seat)
redis.call('HSET', key.seat .. seat, 'turn', now)
rest_after_call(seat, now, reason == '' and 'ready' or 'not_ready', now, reason)
match(now, base)
return answer(1)
