-- A daemon ends: what it leaves is given up at once, unless another works for the node already. Its
-- lease has run out, so that another daemon hears of it with the next beat.
-- KEYS: see _keys.lua
-- ARGV: owner, place, now ms, token base
-- Returns {next deadline, 1 if it held the node, else 0}
-- include _nodes.lua
-- include _answer.lua
local owner, place, now, base = unpack(ARGV)

if redis.call('HGET', key.places, owner) ~= place then
  return answer(0)
end
give_up(owner, now)
redis.call('ZADD', key.nodes, now, owner)
match(now, base)
return answer(1)
