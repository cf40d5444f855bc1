-- The whole queue at one moment.
-- KEYS: see _keys.lua
-- ARGV: how many callers of each list, size of a priority band in ms (see switchd.queues.order)
-- Returns {next deadline, {groups, seats}}; a group is {name, callers waiting, ms at which the
-- earliest was enqueued or '', {call, order, call, order, …}}, a seat {number, its hash}
-- include _answer.lua
local first, band = tonumber(ARGV[1]), tonumber(ARGV[2])

-- Higher priorities stand before earlier callers, so the earliest heads one of the bands.
local function earliest(list)
  local found, from = nil, '-inf'
  while true do
    local head = redis.call('ZRANGEBYSCORE', list, from, '+inf', 'WITHSCORES', 'LIMIT', 0, 1)
    if not head[1] then
      return found and string.format('%.0f', found) or ''
    end
    local at = math.floor(tonumber(head[2]) / band)
    found = math.min(found or band, tonumber(head[2]) - at * band)
    from = string.format('%.0f', (at + 1) * band)
  end
end

local groups, seats = {}, {}
for _, group in ipairs(redis.call('SMEMBERS', key.groups)) do
  local list = key.waiting .. group
  groups[#groups + 1] = {
    group,
    redis.call('ZCARD', list),
    earliest(list),
    redis.call('ZRANGE', list, 0, first - 1, 'WITHSCORES'),
  }
end
for _, seat in ipairs(redis.call('SMEMBERS', key.seats)) do
  seats[#seats + 1] = {seat, redis.call('HGETALL', key.seat .. seat)}
end
return answer({groups, seats})
