-- Nothing that an owner's calls held counts any more; for the start of a daemon. Their places are
-- kept for a while, as those of callers who were cut off.
-- KEYS: see _entrance_keys.lua
-- ARGV: owner, ms to keep the places
-- Returns the number of calls
-- include _entrance.lua
local found = 0
local held = redis.call('HGETALL', key.held)
for i = 1, #held, 2 do
  if string.match(held[i + 1], '^[^\n]*') == ARGV[1] then
    local place = uncount(held[i])
    if redis.call('HGET', place, 'call') == held[i] then
      redis.call('PEXPIRE', place, ARGV[2])
    end
    found = found + 1
  end
end
return found
