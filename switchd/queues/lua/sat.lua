-- Who sits where at one moment of the stream.
-- KEYS: see _keys.lua
-- ARGV: none
-- Returns {next deadline, {id of the stream's last entry or nil, life or nil, {{seat, agent, seated
-- ms or nil, state, since ms, reason, call or nil}, …}}}
-- include _answer.lua
local last = redis.call('XREVRANGE', key.events, '+', '-', 'COUNT', 1)[1]
local sat = {}
for _, seat in ipairs(redis.call('SMEMBERS', key.seats)) do
  local is = redis.call('HMGET', key.seat .. seat, 'agent', 'seated', 'state', 'since', 'reason',
    'call')
  if is[1] and is[1] ~= '' then
    sat[#sat + 1] = {seat, unpack(is)}
  end
end
return answer({last and last[1] or false, redis.call('GET', key.life), sat})
