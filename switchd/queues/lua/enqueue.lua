-- Puts a caller into a group's list and matches. A caller who is there already moves; offers that
-- the caller had are withdrawn and their owner told.
-- KEYS: see _keys.lua
-- ARGV: call, group, owner, priority (points), slope (hundredths), enqueued at ms, ring ms,
-- preferred agent or seat or '', now ms, token base
-- Returns {next deadline, position from 1 before matching}
-- include _match.lua
-- include _answer.lua
local call, group, owner, priority, slope, since, ring, prefer, now, base = unpack(ARGV)

local was = redis.call('HMGET', key.call .. call, 'group', 'seats')
if was[2] then
  end_rings(call, now, 'enqueued_again')
elseif was[1] then
  unlist(call)
end
if was[1] then
  forget(call)
end
redis.call('HSET', key.call .. call, 'group', group, 'owner', owner, 'priority', priority,
  'slope', slope, 'order', order_of(slope, since, priority), 'since', since, 'ring', ring,
  'prefer', prefer)
redis.call('SADD', key.owned .. owner, call)
redis.call('SADD', key.pools, group)
redis.call('SADD', key.slopes, slope)
list(call)
local position = ahead_in(group, call, tonumber(now)) + 1
match(now, base)
return answer(position)
