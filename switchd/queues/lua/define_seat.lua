-- Makes a seat of the plan known: signed out, unreachable, serving nobody. One that is known stays
-- as it is.
-- KEYS: see _keys.lua
-- ARGV: seat, now ms
-- Returns {next deadline, nil}
-- include _seats.lua
-- include _answer.lua
local seat, now = unpack(ARGV)

if not is_seat(seat) then
  redis.call('HSET', key.seat .. seat, 'pools', '{}', 'state', 'signed_out', 'since', now,
    'idle_since', now, 'reason', '', 'agent', '', 'reachable', '0', 'homes', '[]',
    'home', '', 'turn', now, 'calls', 0)
  redis.call('SADD', key.seats, seat)
end
return answer(false)
