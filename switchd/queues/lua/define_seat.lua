-- Makes a seat of the plan known, signed out and unreachable; one that is known keeps its state
-- and serves the given groups from now on.
-- KEYS: see _keys.lua
-- ARGV: seat, groups as a JSON array, now ms, token base
-- Returns {next deadline, nil}
-- include _match.lua
-- include _answer.lua
local seat, groups, now, base = unpack(ARGV)

if is_seat(seat) then
  hide(seat)
  redis.call('HSET', key.seat .. seat, 'groups', groups)
else
  redis.call('HSET', key.seat .. seat, 'groups', groups, 'state', 'signed_out', 'since', now,
    'idle_since', now, 'reason', '', 'agent', '', 'reachable', '0', 'homes', '[]', 'home', '')
  redis.call('SADD', key.seats, seat)
end
for _, group in ipairs(cjson.decode(groups)) do
  redis.call('SADD', key.groups, group)
end
show(seat)
match(now, base)
return answer(false)
