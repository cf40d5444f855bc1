-- Says how a pool's idle seats take turns and how many ring at once for one caller of it.
-- Walks the idle seats if the strategy changes: for a plan that comes into force.
-- KEYS: see _keys.lua
-- ARGV: pool, strategy, how many seats ring at once, now ms
-- Returns {next deadline, nil}
-- include _seats.lua
-- include _answer.lua
local pool, strategy, several = unpack(ARGV)

local was = redis.call('HGET', key.pool .. pool, 'strategy')
redis.call('SADD', key.pools, pool)
redis.call('HSET', key.pool .. pool, 'strategy', strategy, 'ring_several', several)
if was ~= strategy then
  for _, list in ipairs({key.idle, key.spare}) do
    for _, seat in ipairs(redis.call('ZRANGE', list .. pool, 0, -1)) do
      show(seat)
    end
  end
end
return answer(false)
