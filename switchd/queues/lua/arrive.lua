-- A call arrives: its number's standing, who waits already, and the number's place. A call that is
-- to wait, and may by the limits, counts as waiting from now on, so that a burst of callers who
-- all hear the greeting cannot overrun them. A place passes to the new call where the plan says
-- so, and that of a caller who was cut off does so always; both have room, being there already.
-- KEYS: see _entrance_keys.lua
-- ARGV: number ("": withheld), call, limit (0: none), bar ms, repeat ms (0: never), now ms,
--   owner, line ("": the call will not wait), group, most on the line (0: no limit), most in the
--   group, what a further call of a waiting number does (take_over, busy, allow)
-- Returns {standing (see _standing.lua), waiting for the line, waiting in the group, the place's
--   fields (see _entrance.lua) or nil}
-- include _standing.lua
-- include _entrance.lua
local number, call, now = ARGV[1], ARGV[2], tonumber(ARGV[6])
local owner, line, group, again = ARGV[7], ARGV[8], ARGV[9], ARGV[12]
local most_on_line, most_in_group = tonumber(ARGV[10]), tonumber(ARGV[11])

local standing = standing_of(number, call, tonumber(ARGV[3]), tonumber(ARGV[4]),
  tonumber(ARGV[5]), now)
local ends = standing[3]
if line == '' or (ends and (ends == 0 or ends > now)) then
  return {standing, 0, 0, false}
end

local on_line, in_group = waiting('line:' .. line, now), waiting('group:' .. group, now)
local place = key.place .. line .. '@' .. number
local known = number ~= '' and redis.call('HMGET', place, unpack(PLACE_FIELDS)) or {}
local earlier, state = known[1], known[2]

-- A place whose call does not count any more was left by a daemon that died: its caller was cut
-- off, too.
if state == 'waiting' and redis.call('HEXISTS', key.held, earlier) == 0 then
  state = 'kept'
  known[2] = 'kept'
end

-- Whom the number talked with a while ago is told, and gives no room.
local told = state == 'talked' and known or false
if told then
  earlier = nil
end

if earlier and earlier ~= call then
  if state == 'waiting' and again == 'busy' then
    return {standing, on_line, in_group, known}
  end
  if state == 'kept' or again == 'take_over' then
    uncount(earlier)
    on_line, in_group = waiting('line:' .. line, now), waiting('group:' .. group, now)
    count_in(call, owner, line, known[4] and known[4] ~= '' and known[4] or group,
      number, now)
    redis.call('HSET', place, 'call', call, 'state', 'waiting', 'owner', owner)
    redis.call('PEXPIRE', place, LONGEST)
    return {standing, on_line, in_group, known}
  end
end

if (most_on_line > 0 and on_line >= most_on_line)
    or (most_in_group > 0 and in_group >= most_in_group) then
  return {standing, on_line, in_group, told}
end
count_in(call, owner, line, group, number, now)
if number ~= '' and not earlier then
  redis.call('HSET', place, 'call', call, 'state', 'waiting', 'owner', owner)
  redis.call('PEXPIRE', place, LONGEST)
end
return {standing, on_line, in_group, told}
