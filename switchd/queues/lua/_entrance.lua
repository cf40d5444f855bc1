-- Who waits, by line and by group, and which number has which place.
--   held:     call -> "owner<LF>line<LF>group<LF>number", of every call that counts as waiting
--   entered:  ZSETs call -> ms of entry, one for each line ("line:12345") and group
--             ("group:intake"), the same calls as in held
--   place:    + line@number: HASH with the call that has the place, or had it until it was cut off
--             (state: waiting, kept, or talked: only agent and seat are left), its owner, and the place itself: group, language, priority,
--             enqueued_at (ms), agent, seat; absent or "" what is not known
-- include _entrance_keys.lua

local LONGEST = 4 * 3600000 -- nobody waits that long; what is older was left by a dead owner
local PLACE_FIELDS = {'call', 'state', 'owner', 'group', 'language', 'priority', 'enqueued_at',
  'agent', 'seat'}

-- Returns the key of its number's place, or nil if it did not count.
local function uncount(call)
  local text = redis.call('HGET', key.held, call)
  if not text then
    return nil
  end
  local line, group, number = string.match(text, '^[^\n]*\n([^\n]*)\n([^\n]*)\n([^\n]*)$')
  redis.call('HDEL', key.held, call)
  redis.call('ZREM', key.entered .. 'line:' .. line, call)
  redis.call('ZREM', key.entered .. 'group:' .. group, call)
  return key.place .. line .. '@' .. number
end

local function count_in(call, owner, line, group, number, now)
  uncount(call)
  redis.call('HSET', key.held, call, table.concat({owner, line, group, number}, '\n'))
  redis.call('ZADD', key.entered .. 'line:' .. line, now, call)
  redis.call('ZADD', key.entered .. 'group:' .. group, now, call)
end

local function waiting(what, now)
  local list = key.entered .. what
  for _, call in ipairs(redis.call('ZRANGEBYSCORE', list, '-inf', now - LONGEST)) do
    uncount(call)
  end
  return redis.call('ZCARD', list)
end

-- Only the owner of a place may change it; one that is kept for nobody in particular, anybody.
local function is_place_of(place, call)
  local holder = redis.call('HGET', place, 'call')
  return not holder or holder == call
end
