-- Lets an agent sit where he or she sat before Redis lost it. Refused if somebody has signed in since
-- at the seat, or the agent elsewhere, because people know better.
-- KEYS: see _keys.lua
-- ARGV: seat, agent, signed in since ms, talks since then, state, since ms, reason, end of wrap-up ms
-- or 0, now ms, token base
-- Returns {next deadline, 1 if the agent sits there again, else 0}
-- include _match.lua
-- include _answer.lua
local seat, agent, seated, calls, state, since, reason, ends, now, base = unpack(ARGV)

local is = redis.call('HMGET', key.seat .. seat, 'state', 'seated')
local later = is[2] and tonumber(is[2]) >= tonumber(seated)
if is[1] ~= 'signed_out' or later or redis.call('HEXISTS', key.agents, agent) == 1 then
  return answer(0)
end
redis.call('HSET', key.seat .. seat, 'agent', agent, 'turn', since, 'calls', calls,
  'seated', seated)
redis.call('HSET', key.agents, agent, seat)
rest(seat, state, since, reason, now)
if state == 'wrap_up' then
  redis.call('HSET', key.seat .. seat, 'until', ends)
  redis.call('ZADD', key.deadlines, ends, seat)
end
match(now, base)
return answer(1)
