-- Takes a caller out of the list, or out of the offers: those seats are ready again, their idle age
-- goes on.
-- KEYS: see _keys.lua
-- ARGV: call, now ms, token base
-- Returns {next deadline, 1 if the caller was there, else 0}
-- include _match.lua
-- include _answer.lua
local call, now, base = unpack(ARGV)

local was = redis.call('HMGET', key.call .. call, 'group', 'seats')
if not was[1] then
  return answer(0)
end
if was[2] then
  end_rings(call, now)
else
  unlist(call)
end
forget(call)
match(now, base)
return answer(1)
