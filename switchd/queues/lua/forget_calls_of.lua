-- Drops every caller and every offer of an owner that lost them; their seats are free again. Talks
-- go on without their owner, until end_talks. Walks all lists and seats: for the start of a daemon,
-- not for every day.
-- KEYS: see _keys.lua
-- ARGV: owner, now ms, token base
-- Returns {next deadline, number of callers dropped}
-- include _match.lua
-- include _answer.lua
local owner, now, base = unpack(ARGV)
local dropped = 0

for _, group in ipairs(redis.call('SMEMBERS', key.groups)) do
  for _, call in ipairs(redis.call('ZRANGE', key.waiting .. group, 0, -1)) do
    if redis.call('HGET', key.call .. call, 'owner') == owner then
      unlist(call)
      redis.call('DEL', key.call .. call)
      dropped = dropped + 1
    end
  end
end
for _, seat in ipairs(redis.call('SMEMBERS', key.seats)) do
  local was = redis.call('HMGET', key.seat .. seat, 'owner', 'state', 'call')
  if was[1] == owner and was[2] == 'offered' then
    dropped = dropped + 1
    redis.call('DEL', key.call .. was[3])
    rest_unasked(seat, now)
  end
end
redis.call('DEL', key.inbox .. owner)
match(now, base)
return answer(dropped)
