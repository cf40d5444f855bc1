-- What an estimate of a group's waits is made from: who serves, what was measured, who waits.
-- Walks all seats: asked once in a while for all callers of a group together, not for each.
-- KEYS: see _keys.lua
-- ARGV: group, how many waiting callers to sample
-- Returns {next deadline, {seats, talks, ends, callers waiting, samples}}: seats as {state, since,
-- until or nil, pools} of everybody signed in who will take another caller; talks as [ms rung, ms
-- talked, ms of wrap-up, call]; ends as [ms waited, gave up, call], ms at which it ended, …;
-- samples are the ms since which callers wait, the earliest first, evenly spread
-- include _seats.lua
-- include _answer.lua
local group, wanted = ARGV[1], tonumber(ARGV[2])
local on = {ready = true, offered = true, talking = true, wrap_up = true}

local seats = {}
for _, seat in ipairs(redis.call('SMEMBERS', key.seats)) do
  local is = redis.call('HMGET', key.seat .. seat, 'state', 'since', 'until', 'pools', 'reachable',
    'after_state')
  if on[is[1]] and is[5] == '1' and not is[6] then
    seats[#seats + 1] = {is[1], is[2], is[3], is[4]}
  end
end

local waiting = redis.call('ZCARD', key.since .. group)
local samples = {}
local count = math.min(wanted, waiting)
for at = 0, count - 1 do
  local rank = math.floor(at * waiting / count)
  samples[#samples + 1] = redis.call('ZRANGE', key.since .. group, rank, rank, 'WITHSCORES')[2]
end
return answer({
  seats,
  redis.call('ZRANGE', key.talks .. group, 0, -1),
  redis.call('ZRANGE', key.ends .. group, 0, -1, 'WITHSCORES'),
  waiting,
  samples,
})
