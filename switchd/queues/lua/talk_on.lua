-- A talk goes on that Redis has lost: the seat is talking again until it is released. An agent who
-- was not known to sit there does.
-- KEYS: see _keys.lua
-- ARGV: seat, agent, call, token, owner, talking since ms, now ms, token base
-- Returns {next deadline, 1 if the seat talks with the caller, else 0}
-- include _match.lua
-- include _answer.lua
local seat, agent, call, token, owner, since, now, base = unpack(ARGV)

local is = redis.call('HMGET', key.seat .. seat, 'state', 'token')
if not is[1] or is[1] == 'offered' or is[1] == 'talking' then
  return answer(is[2] == token and 1 or 0)
end
if is[1] == 'signed_out' then
  redis.call('HSET', key.seat .. seat, 'agent', agent, 'turn', now, 'calls', 1, 'seated', now)
  redis.call('HSET', key.agents, agent, seat)
end
hide(seat)
redis.call('ZREM', key.deadlines, seat)
redis.call('HDEL', key.seat .. seat, 'until')
redis.call('HSET', key.seat .. seat, 'call', call, 'token', token, 'owner', owner)
redis.call('HSET', key.leases, token, seat)
become(seat, 'talking', since, '', now)
match(now, base)
return answer(1)
