-- Holds a ready seat for a call that is no caller of any list: a lease that is accepted, refused or
-- swept as an offer is, but nobody goes back to a list when it ends.
-- KEYS: see _keys.lua
-- ARGV: seat, or an agent wherever that one sits, call, owner, lease ms, now ms, token, '1' if a seat
-- that is not ready will do too: it is so again afterwards
-- Returns {next deadline, {'claimed', seat, agent, home, deadline ms} or {'refused', what hinders}}
-- include _seats.lua
-- include _answer.lua
local wanted, call, owner, lease, now, token, resting = unpack(ARGV)

local seat = is_seat(wanted) and wanted or redis.call('HGET', key.agents, wanted)
if not seat then
  return answer(refused('not_signed_in'))
end
local is = redis.call('HMGET', key.seat .. seat, 'state', 'reachable', 'agent', 'home', 'reason')
local rests = is[1] == 'not_ready' and resting == '1'
if is[1] ~= 'ready' and not rests then
  return answer(refused(is[1]))
elseif is[2] ~= '1' then
  return answer(refused('unreachable'))
end
if rests then
  redis.call('HSET', key.seat .. seat, 'after_state', 'not_ready', 'after_reason', is[5])
end
local deadline = string.format('%.0f', now + lease)
hide(seat)
redis.call('HSET', key.seat .. seat, 'until', deadline, 'call', call, 'token', token, 'owner', owner,
  'claimed', '1')
become(seat, 'offered', now, '')
redis.call('HSET', key.leases, token, seat)
redis.call('ZADD', key.deadlines, deadline, seat)
become(seat, 'offered', now, '')
return answer({'claimed', seat, is[3], is[4] or '', deadline})
