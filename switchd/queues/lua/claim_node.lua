-- A daemon begins to work for a node. Refused while a daemon at another place holds its lease.
-- KEYS: see _keys.lua
-- ARGV: owner, place, now ms, lease ms
-- Returns {next deadline, nil} or {next deadline, the place that holds it}
-- include _nodes.lua
-- include _answer.lua
local owner, place, now, seconds = unpack(ARGV)

local ends = redis.call('ZSCORE', key.nodes, owner)
local holder = redis.call('HGET', key.places, owner)
if ends and holder ~= place and tonumber(ends) > tonumber(now) then
  return answer(holder)
end
lease(owner, place, now, seconds)
return answer(false)
