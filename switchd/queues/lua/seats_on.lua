-- Every seat that takes callers now, of whatever group: signed in, with a phone, ready or busy with
-- a caller, and without a wish to leave after the call.
-- Walks all seats: asked once in a while for all estimates together, not for each.
-- KEYS: see _keys.lua
-- ARGV: none
-- Returns {next deadline, {{state, since ms, until ms or nil, pools as JSON}, …}}
-- include _answer.lua
local on = {ready = true, offered = true, talking = true, wrap_up = true}

local seats = {}
for _, seat in ipairs(redis.call('SMEMBERS', key.seats)) do
  local is = redis.call('HMGET', key.seat .. seat, 'state', 'since', 'until', 'pools', 'reachable',
    'after_state')
  if on[is[1]] and is[5] == '1' and not is[6] then
    seats[#seats + 1] = {is[1], is[2], is[3], is[4]}
  end
end
return answer(seats)
