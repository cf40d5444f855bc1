-- A daemon begins to work for a node. Refused while a daemon at another place holds its lease; until
-- the next claim it counts as standing by.
-- KEYS: see _keys.lua
-- ARGV: owner, place, now ms, lease ms
-- Returns {next deadline, nil}, or {next deadline, {the place that holds it, ms at which that ends}}
-- include _nodes.lua
-- include _answer.lua
local owner, place, now, seconds = unpack(ARGV)

local ends = redis.call('ZSCORE', key.nodes, owner)
local holder = redis.call('HGET', key.places, owner)
if ends and holder and holder ~= place and tonumber(ends) > tonumber(now) then
  redis.call('ZADD', key.standbys .. owner, tonumber(ends) + tonumber(seconds), place)
  return answer({holder, ends})
end
if holder and holder ~= place then
  redis.call('DEL', inbox_of(owner))
end
redis.call('DEL', key.vacant .. owner)
redis.call('ZREM', key.standbys .. owner, place)
lease(owner, place, now, seconds)
return answer(false)
