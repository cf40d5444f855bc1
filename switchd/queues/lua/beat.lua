-- A node lives: its lease lasts longer. Nodes whose lease has run out are given up.
-- KEYS: see _keys.lua
-- ARGV: owner, place, now ms, lease ms, token base
-- Returns {next deadline, {'kept', or 'late' if the lease was lost meanwhile, or 'taken' by a daemon
-- at another place, owners given up, ms at which the next lease of another node ends or nil}}
-- include _nodes.lua
-- include _answer.lua
local owner, place, now, seconds, base = unpack(ARGV)

local holder = redis.call('HGET', key.places, owner)
local verdict = holder == place and 'kept' or holder and 'taken' or 'late'
if verdict ~= 'taken' then
  lease(owner, place, now, seconds)
end
local gone = {}
for _, other in ipairs(redis.call('ZRANGEBYSCORE', key.nodes, '-inf', now)) do
  if other ~= owner then
    gone[#gone + 1] = other
    give_up(other, now)
  end
end
match(now, base)
local first = redis.call('ZRANGE', key.nodes, 0, 1, 'WITHSCORES')
local next_end = first[1] == owner and first[4] or first[1] ~= owner and first[2]
return answer({verdict, gone, next_end or false})
