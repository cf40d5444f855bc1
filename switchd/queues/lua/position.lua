-- Where a caller stands in the list.
-- KEYS: see _keys.lua
-- ARGV: call
-- Returns {next deadline, position from 1, or nil if not in a list}
-- include _answer.lua
local call = ARGV[1]

local was = redis.call('HMGET', key.call .. call, 'group', 'seat')
if not was[1] or was[2] then
  return answer(false)
end
return answer(redis.call('ZRANK', key.waiting .. was[1], call) + 1)
