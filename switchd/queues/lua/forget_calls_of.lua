-- Drops every caller and every offer of an owner that lost them; their seats are free again. Talks
-- go on without their owner, until end_talks. For the start of a daemon.
-- KEYS: see _keys.lua
-- ARGV: owner, now ms, token base
-- Returns {next deadline, number of callers dropped}
-- include _match.lua
-- include _answer.lua
local owner, now, base = unpack(ARGV)

local calls = redis.call('SMEMBERS', key.owned .. owner)
for _, call in ipairs(calls) do
  if call_field(call, 'seats') then
    end_rings(call, now)
  else
    unlist(call)
  end
  forget(call)
end
redis.call('DEL', key.inbox .. owner)
match(now, base)
return answer(#calls)
