-- Who is served before whom. Scores are in points / 100000 at the time `now` (ms): what is compared
-- are whole numbers, so no rounding ever decides.
-- include _calls.lua

local slopes

-- The slopes of age that callers may have, in hundredths: a handful at most.
local function all_slopes()
  slopes = slopes or redis.call('SMEMBERS', key.slopes)
  return slopes
end

local function score_of(slope, order, now)
  return slope * now - order
end

local function bytes_before(one, other)
  for at = 1, math.min(#one, #other) do
    if one:byte(at) ~= other:byte(at) then
      return one:byte(at) < other:byte(at)
    end
  end
  return #one < #other
end

-- Equal scores fall back on the call id, as in a sorted set.
local function before(one, other)
  if one.score ~= other.score then
    return one.score > other.score
  end
  return bytes_before(one.call, other.call)
end

-- The first caller of each list from which the pool's seats serve.
local function heads(pool, now)
  local found = {}
  for _, slope in ipairs(all_slopes()) do
    local lists = {key.guests .. slope .. ':' .. pool}
    if not is_paused(pool) then
      lists[2] = key.waiting .. slope .. ':' .. pool
    end
    for _, name in ipairs(lists) do
      local head = redis.call('ZRANGE', name, 0, 0, 'WITHSCORES')
      if head[1] then
        found[#found + 1] = {call = head[1], score = score_of(slope, head[2], now)}
      end
    end
  end
  return found
end

-- How many callers the pool's seats would serve before a caller who waits.
local function ahead_in(pool, call, now)
  local is = redis.call('HMGET', key.call .. call, 'slope', 'order')
  local score = score_of(is[1], is[2], now)
  local ahead = 0
  for _, slope in ipairs(all_slopes()) do
    local below = string.format('(%.0f', slope * now - score)
    for _, list in ipairs({key.waiting, key.guests}) do
      local name = list .. slope .. ':' .. pool
      local rank = slope == is[1] and redis.call('ZRANK', name, call)
      ahead = ahead + (rank or redis.call('ZCOUNT', name, '-inf', below))
    end
  end
  return ahead
end
