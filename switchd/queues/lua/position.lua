-- Where a caller stands: behind how many, in the own group and in each pool that was added.
-- KEYS: see _keys.lua
-- ARGV: call, now ms
-- Returns {next deadline, {pool, callers ahead there, …} with the own group first, or nil if not in
-- a list}
-- include _order.lua
-- include _answer.lua
local call, now = ARGV[1], tonumber(ARGV[2])

local is = redis.call('HMGET', key.call .. call, 'group', 'seats', 'also')
if not is[1] or is[2] then
  return answer(false)
end
local places = {is[1], ahead_in(is[1], call, now)}
for _, pool in ipairs(decoded(is[3])) do
  places[#places + 1] = pool
  places[#places + 1] = ahead_in(pool, call, now)
end
return answer(places)
