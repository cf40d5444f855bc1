-- Lets the seats of a further pool serve a caller too, who keeps place and age everywhere.
-- KEYS: see _keys.lua
-- ARGV: call, pool, now ms, token base
-- Returns {next deadline, 1 if the caller is in a list or an offer, else 0}
-- include _match.lua
-- include _answer.lua
local call, pool, now, base = unpack(ARGV)

local was = redis.call('HMGET', key.call .. call, 'group', 'seats', 'also')
if not was[1] then
  return answer(0)
end
local pools = decoded(was[3])
local known = was[1] == pool
for _, other in ipairs(pools) do
  known = known or other == pool
end
if not known then
  pools[#pools + 1] = pool
  redis.call('HSET', key.call .. call, 'also', cjson.encode(pools))
  redis.call('SADD', key.pools, pool)
  if not was[2] then
    list(call)
    match(now, base)
  end
end
return answer(1)
