-- An owner has put back all who waited before: whoever can be matched is.
-- KEYS: see _keys.lua
-- ARGV: owner, now ms, token base
-- Returns {next deadline, nil}
-- include _match.lua
-- include _answer.lua
local owner, now, base = unpack(ARGV)

if redis.call('HDEL', key.gathering, owner) == 1 then
  touch_all()
end
match(now, base)
return answer(false)
