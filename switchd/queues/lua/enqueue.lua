-- Puts a caller into a group's list and matches. A caller who is there already moves; an offer
-- that the caller had is withdrawn and its owner told.
-- KEYS: see _keys.lua
-- ARGV: call, group, owner, order, ring ms, now ms, token base
-- Returns {next deadline, position from 1 before matching}
-- include _match.lua
-- include _answer.lua
local call, group, owner, order, ring, now, base = unpack(ARGV)

local was = redis.call('HMGET', key.call .. call, 'group', 'seat')
if was[2] then
  tell_lost(was[2])
  rest_unasked(was[2], now)
elseif was[1] then
  unlist(call)
end
redis.call('DEL', key.call .. call)
redis.call('HSET', key.call .. call, 'group', group, 'owner', owner, 'order', order, 'ring', ring)
redis.call('SADD', key.groups, group)
list(call)
local position = redis.call('ZRANK', key.waiting .. group, call) + 1
match(now, base)
return answer(position)
