-- A call does not wait any more. Its number's place is free, or kept for a while for its next
-- call; a place that has passed to another call is left alone.
-- KEYS: see _entrance_keys.lua
-- ARGV: line, number ("": withheld), call, ms to keep the place (0: not at all), and of the place:
--   group, language, priority, enqueued ms, agent, seat
-- Returns nothing
-- include _entrance.lua
local line, number, call, keep = unpack(ARGV, 1, 4)

uncount(call)
local place = key.place .. line .. '@' .. number
if number ~= '' and is_place_of(place, call) then
  redis.call('DEL', place)
  if tonumber(keep) > 0 then
    redis.call('HSET', place, 'call', call, 'state', 'kept', 'group', ARGV[5],
      'language', ARGV[6], 'priority', ARGV[7], 'enqueued_at', ARGV[8], 'agent', ARGV[9],
      'seat', ARGV[10])
    redis.call('PEXPIRE', place, keep)
  end
end
