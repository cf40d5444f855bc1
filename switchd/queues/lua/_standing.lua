-- A caller's standing: counted, barred, seen before.
-- include _entrance_keys.lua

-- Counts a call of one number. A number that calls more often than the limit allows is barred;
-- while it is barred its calls are not counted, so that the bar ends.
-- Returns {calls in the hour, called before (0 or 1), barred until (ms, 0: for ever, or nil),
-- reason, barred by the limit (0 or 1), barred just now (0 or 1)}
local function standing_of(number, call, limit, bar, again, now)
  local hour = 3600000
  if number == '' then
    return {0, 0, false, '', 0, 0}
  end
  local known = redis.call('HMGET', key.barred .. number, 'until', 'reason', 'by_limit')
  local ends = tonumber(known[1])
  if ends and (ends == 0 or ends > now) then
    return {0, 0, ends, known[2], tonumber(known[3]), 0}
  end

  local before = 0
  if again > 0 then
    local last = redis.call('SET', key.last_call .. number, call, 'GET', 'PX', again)
    before = (last and last ~= call) and 1 or 0
  end
  if limit == 0 then
    return {0, before, false, '', 0, 0}
  end

  local calls = key.calls_of .. number
  redis.call('ZREMRANGEBYSCORE', calls, '-inf', now - hour)
  redis.call('ZADD', calls, 'NX', now, call)
  redis.call('PEXPIRE', calls, hour)
  local count = redis.call('ZCARD', calls)
  if count <= limit then
    return {count, before, false, '', 0, 0}
  end
  ends = now + bar
  local reason = count .. ' calls within an hour'
  redis.call('DEL', calls)
  redis.call('HSET', key.barred .. number, 'until', ends, 'reason', reason, 'by_limit', 1)
  redis.call('PEXPIRE', key.barred .. number, bar)
  return {count, before, ends, reason, 1, 1}
end
