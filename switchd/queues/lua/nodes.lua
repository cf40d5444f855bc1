-- The nodes that hold a lease.
-- KEYS: see _keys.lua
-- ARGV: now ms
-- Returns {next deadline, {{owner, place, ms at which the lease ends}, …}}
-- include _answer.lua
local nodes = {}
local held = redis.call('ZRANGEBYSCORE', key.nodes, '(' .. ARGV[1], '+inf', 'WITHSCORES')
for index = 1, #held, 2 do
  local place = redis.call('HGET', key.places, held[index])
  nodes[#nodes + 1] = {held[index], place or '', held[index + 1]}
end
return answer(nodes)
