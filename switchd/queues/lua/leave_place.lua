-- A call does not wait any more. Its number's place is free, or kept for a while for its next
-- call, or only whom it talked with; a place that has passed to another call is left alone.
-- KEYS: see _entrance_keys.lua
-- ARGV: line, number ("": withheld), call, ms to keep the place (0: not at all), and of the place:
--   state (kept or talked), group, language, priority, enqueued ms, agent, seat
-- Returns nothing
-- include _entrance.lua
local line, number, call, keep = unpack(ARGV, 1, 4)

uncount(call)
local place = key.place .. line .. '@' .. number
if number ~= '' and is_place_of(place, call) then
  redis.call('DEL', place)
  if tonumber(keep) > 0 then
    redis.call('HSET', place, 'call', call, 'state', ARGV[5], 'group', ARGV[6],
      'language', ARGV[7], 'priority', ARGV[8], 'enqueued_at', ARGV[9], 'agent', ARGV[10],
      'seat', ARGV[11])
    redis.call('PEXPIRE', place, keep)
  end
end
