-- A seat's talk with a caller of another node is over. Its owner frees the seat; if the owner is
-- dead, nobody would.
-- KEYS: see _keys.lua
-- ARGV: seat, token, now ms, token base
-- Returns {next deadline, 1 if the seat was freed, else 0}
-- include _match.lua
-- include _answer.lua
local seat, token, now, base = unpack(ARGV)

local was = redis.call('HMGET', key.seat .. seat, 'state', 'token', 'owner')
local lives = was[3] and redis.call('ZSCORE', key.nodes, was[3])
if was[1] ~= 'talking' or was[2] ~= token or (lives and tonumber(lives) > tonumber(now)) then
  return answer(0)
end
rest_after_call(seat, now, 'ready', now, '')
match(now, base)
return answer(1)
