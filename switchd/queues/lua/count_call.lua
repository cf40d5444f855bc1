-- Counts a call of one number and tells the caller's standing. A number that calls more often than
-- the limit allows is barred; while it is barred its calls are not counted, so that the bar ends.
-- KEYS: see _keys.lua
-- ARGV: number, call, limit (0: none), bar ms, repeat ms (0: never), now ms
-- Returns {next deadline, {calls in the hour, called before (0 or 1), barred until (ms, 0: for
-- ever, or nil), reason, barred by the limit (0 or 1), barred just now (0 or 1)}}
-- include _answer.lua
local number, call = ARGV[1], ARGV[2]
local limit, bar, again, now = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6]
local hour = 3600000

local known = redis.call('HMGET', key.barred .. number, 'until', 'reason', 'by_limit')
local ends = tonumber(known[1])
if ends and (ends == 0 or ends > tonumber(now)) then
  return answer({0, 0, ends, known[2], tonumber(known[3]), 0})
end

local before = 0
if again > 0 then
  local last = redis.call('SET', key.last_call .. number, call, 'GET', 'PX', again)
  before = (last and last ~= call) and 1 or 0
end
if limit == 0 then
  return answer({0, before, false, '', 0, 0})
end

local calls = key.calls_of .. number
redis.call('ZREMRANGEBYSCORE', calls, '-inf', tonumber(now) - hour)
redis.call('ZADD', calls, 'NX', now, call)
redis.call('PEXPIRE', calls, hour)
local count = redis.call('ZCARD', calls)
if count <= limit then
  return answer({count, before, false, '', 0, 0})
end
ends = tonumber(now) + bar
local reason = count .. ' calls within an hour'
redis.call('DEL', calls)
redis.call('HSET', key.barred .. number, 'until', ends, 'reason', reason, 'by_limit', 1)
redis.call('PEXPIRE', key.barred .. number, bar)
return answer({count, before, ends, reason, 1, 1})
