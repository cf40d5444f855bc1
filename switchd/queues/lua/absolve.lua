-- Seats that are not ready because nobody has told what became of an owner's offers are ready again,
-- with the idle age that they had.
-- Walks all seats: for each break of the way to the switch, not for every call.
-- KEYS: see _keys.lua
-- ARGV: owner, ms since which nothing can have been told, now ms, token base
-- Returns {next deadline, {seats that are ready again}}
-- include _match.lua
-- include _answer.lua
local owner, began, now, base = unpack(ARGV)
local absolved = {}

for _, seat in ipairs(redis.call('SMEMBERS', key.seats)) do
  local is = redis.call('HMGET', key.seat .. seat, 'lapsed_of', 'lapsed_at', 'state', 'since',
    'reason', 'idle_since')
  if is[1] == owner and tonumber(is[2]) >= tonumber(began) and is[3] == 'not_ready'
    and is[4] == is[2] and is[5] == 'no_answer' then
    redis.call('HDEL', key.seat .. seat, 'lapsed_at', 'lapsed_of')
    rest(seat, 'ready', is[6], '', now)
    absolved[#absolved + 1] = seat
  end
end
match(now, base)
return answer(absolved)
