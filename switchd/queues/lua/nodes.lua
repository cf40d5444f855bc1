-- The nodes that hold a lease.
-- KEYS: see _keys.lua
-- ARGV: none
-- Returns {next deadline, {{owner, place, ms at which the lease ends}, …}}
-- include _answer.lua
local nodes = {}
local held = redis.call('ZRANGE', key.nodes, 0, -1, 'WITHSCORES')
for index = 1, #held, 2 do
  local place = redis.call('HGET', key.places, held[index])
  nodes[#nodes + 1] = {held[index], place or '', held[index + 1]}
end
return answer(nodes)
