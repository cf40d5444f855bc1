-- The whole queue at one moment.
-- KEYS: see _keys.lua
-- ARGV: how many callers of each list
-- Returns {next deadline, {pools, seats}}; a pool is {name, its hash, own callers waiting, ms since
-- which the one who came first waits or nil, {call, its hash, …}} with the first callers of each
-- slope, a seat {number, its hash}
-- include _order.lua
-- include _answer.lua
local first = tonumber(ARGV[1])

local function first_callers(pool)
  local found = {}
  for _, slope in ipairs(first > 0 and all_slopes() or {}) do
    for _, call in ipairs(redis.call('ZRANGE', key.waiting .. slope .. ':' .. pool, 0, first - 1)) do
      found[#found + 1] = call
      found[#found + 1] = redis.call('HMGET', key.call .. call, 'priority', 'slope', 'since', 'also')
    end
  end
  return found
end

local pools, seats = {}, {}
for _, pool in ipairs(redis.call('SMEMBERS', key.pools)) do
  pools[#pools + 1] = {
    pool,
    redis.call('HGETALL', key.pool .. pool),
    redis.call('ZCARD', key.since .. pool),
    redis.call('ZRANGE', key.since .. pool, 0, 0, 'WITHSCORES')[2] or false,
    first_callers(pool),
  }
end
for _, seat in ipairs(redis.call('SMEMBERS', key.seats)) do
  seats[#seats + 1] = {seat, redis.call('HGETALL', key.seat .. seat)}
end
return answer({pools, seats})
