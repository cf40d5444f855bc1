-- A daemon ends: what it leaves is given up at once, unless another works for the node already. Its
-- lease has run out, so that the other nodes hear of it with the next beat, and one of the standbys
-- that wait for the node hears of it now.
-- KEYS: see _keys.lua
-- ARGV: owner, place, now ms, token base, lease ms
-- Returns {next deadline, 1 if it held the node, else 0}
-- include _nodes.lua
-- include _answer.lua
local owner, place, now, base, lease_ms = unpack(ARGV)

if redis.call('HGET', key.places, owner) ~= place then
  return answer(0)
end
give_up(owner, now)
redis.call('ZADD', key.nodes, now, owner)
redis.call('DEL', key.vacant .. owner)
redis.call('RPUSH', key.vacant .. owner, place)
redis.call('PEXPIRE', key.vacant .. owner, lease_ms)
match(now, base)
return answer(1)
