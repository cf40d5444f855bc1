-- Nodes that live: nodes has until when each owner's lease lasts, places where each one runs.
-- include _homes.lua
-- include _owners.lua

local function lease(owner, place, now, seconds)
  local ends = string.format('%.0f', tonumber(now) + tonumber(seconds))
  redis.call('ZADD', key.nodes, ends, owner)
  redis.call('HSET', key.places, owner, place)
end

-- Its callers leave the lists, its offers end, its phones are reachable no more; its talks go on.
local function give_up(owner, now)
  redis.call('ZREM', key.nodes, owner)
  for _, seat in ipairs(redis.call('SMEMBERS', key.seats)) do
    unregistered(seat, owner)
  end
  forget_calls(owner, now)
  redis.call('HDEL', key.places, owner)
end
