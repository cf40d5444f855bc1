-- A call has come to a waiting list: it counts there, and its number's place is written down.
-- KEYS: see _entrance_keys.lua
-- ARGV: line, number ("": withheld), call, owner, now ms, group, language, priority, enqueued ms
-- Returns nothing
-- include _entrance.lua
local line, number, call, owner, now = unpack(ARGV, 1, 5)
local group, language, priority, enqueued_at = unpack(ARGV, 6, 9)

count_in(call, owner, line, group, number, now)
local place = key.place .. line .. '@' .. number
if number ~= '' and is_place_of(place, call) then
  redis.call('HSET', place, 'call', call, 'state', 'waiting', 'owner', owner, 'group', group,
    'language', language, 'priority', priority, 'enqueued_at', enqueued_at)
  redis.call('PEXPIRE', place, LONGEST)
end
