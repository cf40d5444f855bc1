-- Lets a caller wait for another group, with place and age; pools added by widening are gone, and
-- offers that the caller had are withdrawn and their owner told.
-- KEYS: see _keys.lua
-- ARGV: call, group, now ms, token base
-- Returns {next deadline, 1 if the caller was there, else 0}
-- include _match.lua
-- include _answer.lua
local call, group, now, base = unpack(ARGV)

local was = redis.call('HMGET', key.call .. call, 'group', 'seats')
if not was[1] then
  return answer(0)
end
if was[1] ~= group then
  if was[2] then
    end_rings(call, now, 'moved')
  else
    unlist(call)
  end
  redis.call('HDEL', key.call .. call, 'also')
  redis.call('HSET', key.call .. call, 'group', group)
  redis.call('SADD', key.pools, group)
  list(call)
  match(now, base)
end
return answer(1)
