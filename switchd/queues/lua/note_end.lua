-- Notes what a caller who has left the queue teaches about waits: how long the wait was and whether
-- the caller gave up and, after a talk, how long a seat was busy. Noting a call twice changes
-- nothing.
-- KEYS: see _keys.lua
-- ARGV: group, call, ms at which the wait ended, ms waited, 1 if the caller gave up else 0, how many
-- ends to keep, ms for which they are kept, JSON [ms rung, ms talked, ms of wrap-up] or '', how
-- many talks to keep
-- Returns {next deadline, nil}
-- include _answer.lua
local group, call, at, waited, gave_up, ends, lasts, talk, talks = unpack(ARGV)

local function note(list, member, keep)
  redis.call('ZADD', list, at, member)
  redis.call('ZREMRANGEBYRANK', list, 0, -tonumber(keep) - 1)
  redis.call('PEXPIRE', list, lasts)
end

note(key.ends .. group, cjson.encode({waited, gave_up, call}), ends)
if talk ~= '' then
  local was = cjson.decode(talk)
  note(key.talks .. group, cjson.encode({was[1], was[2], was[3], call}), talks)
end
return answer(false)
