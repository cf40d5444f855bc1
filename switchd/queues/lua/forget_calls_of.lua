-- Drops every caller and every offer of an owner that lost them; their seats are free again. Talks
-- go on without their owner, until end_talks. For the start of a daemon.
-- KEYS: see _keys.lua
-- ARGV: owner, now ms, token base
-- Returns {next deadline, number of callers dropped}
-- include _owners.lua
-- include _answer.lua
local owner, now, base = unpack(ARGV)

local dropped = forget_calls(owner, now)
match(now, base)
return answer(dropped)
