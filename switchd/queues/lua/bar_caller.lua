-- Bars a number until a time; an earlier bar of the same number is replaced.
-- KEYS: see _keys.lua
-- ARGV: number, until ms (0: for ever), reason, by the limit (0 or 1), now ms
-- Returns {next deadline, nil}
-- include _answer.lua
local number, ends, reason, by_limit, now = unpack(ARGV)
local barred = key.barred .. number

redis.call('DEL', barred)
redis.call('HSET', barred, 'until', ends, 'reason', reason, 'by_limit', by_limit)
if tonumber(ends) > 0 then
  redis.call('PEXPIRE', barred, math.max(1, tonumber(ends) - tonumber(now)))
end
return answer(false)
