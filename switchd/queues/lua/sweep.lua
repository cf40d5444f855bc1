-- Ends what is overdue: unanswered offers (seat not ready, owner told, caller back to the list
-- unless another seat rings) and wrap-ups (ready since the moment they should have ended), then
-- matches.
-- KEYS: see _keys.lua
-- ARGV: now ms, token base
-- Returns {next deadline, {offers lost as {call, token, seat, reason}, seats whose wrap-up ended}}
-- include _match.lua
-- include _answer.lua
local now, base = unpack(ARGV)
local lost, wrapped = {}, {}

for _, seat in ipairs(redis.call('ZRANGEBYSCORE', key.deadlines, '-inf', now)) do
  local was = redis.call('HMGET', key.seat .. seat, 'state', 'until', 'owner')
  if was[1] == 'offered' then
    lost[#lost + 1] = tell_lost(seat, 'no_answer')
    end_ring(seat)
    redis.call('HSET', key.seat .. seat, 'turn', now)
    if not rest_after_call(seat, now, 'not_ready', now, 'no_answer') then
      redis.call('HSET', key.seat .. seat, 'lapsed_at', now, 'lapsed_of', was[3])
    end
  else
    wrapped[#wrapped + 1] = seat
    rest(seat, 'ready', was[2], '')
  end
end
match(now, base)
return answer({lost, wrapped})
