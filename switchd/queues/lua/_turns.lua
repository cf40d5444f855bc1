-- A pool's settings, and whose turn it is among its seats: the score in the idle list, the lowest
-- first. What a pool's hash holds: strategy, ring_several, paused (1 while it is), and seats in
-- each state as seats:<state>, signed in with a phone as seats:staffed.
-- include _keys.lua

-- More than any ms since the epoch until 2109; 2047 of them are kept exactly.
local band = 4398046511104
local most_calls = 2047

local turns = {
  longest_idle = function(seat) return seat.idle_since end,
  round_robin = function(seat) return seat.turn end,
  fewest_calls = function(seat)
    return math.min(seat.calls, most_calls) * band + seat.idle_since
  end,
  level_first = function(seat, level) return (9 - level) * band + seat.idle_since end,
}

-- `seat` has idle_since and turn (ms) and calls as numbers.
local function turn_in(pool, seat, level)
  local strategy = redis.call('HGET', key.pool .. pool, 'strategy') or 'longest_idle'
  return string.format('%.0f', turns[strategy](seat, level))
end
