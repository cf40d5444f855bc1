-- Says which pools a seat serves from now on, and with which level. An offer or a talk goes on.
-- KEYS: see _keys.lua
-- ARGV: seat, JSON object pool → level, now ms, token base
-- Returns {next deadline, 1 if the seat is known, else 0}
-- include _match.lua
-- include _answer.lua
local seat, pools, now, base = unpack(ARGV)

if not is_seat(seat) then
  return answer(0)
end
hide(seat)
count(seat, -1)
redis.call('HSET', key.seat .. seat, 'pools', pools)
count(seat, 1)
for pool in pairs(cjson.decode(pools)) do
  redis.call('SADD', key.pools, pool)
end
show(seat)
match(now, base)
return answer(1)
