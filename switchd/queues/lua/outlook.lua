-- What was measured of a group's waits and talks, and who waits now.
-- KEYS: see _keys.lua
-- ARGV: group, how many waiting callers to sample
-- Returns {next deadline, {talks, ends, callers waiting, samples}}: talks as [ms rung, ms talked, ms
-- of wrap-up, call]; ends as [ms waited, gave up, call], ms at which it ended, …; samples are the ms
-- since which callers wait, the earliest first, evenly spread
-- include _answer.lua
local group, wanted = ARGV[1], tonumber(ARGV[2])

local waiting = redis.call('ZCARD', key.since .. group)
local samples = {}
local count = math.min(wanted, waiting)
for at = 0, count - 1 do
  local rank = math.floor(at * waiting / count)
  samples[#samples + 1] = redis.call('ZRANGE', key.since .. group, rank, rank, 'WITHSCORES')[2]
end
return answer({
  redis.call('ZRANGE', key.talks .. group, 0, -1),
  redis.call('ZRANGE', key.ends .. group, 0, -1, 'WITHSCORES'),
  waiting,
  samples,
})
