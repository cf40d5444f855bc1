-- An agent sits down: not ready until the agent says so. Signing in again takes back a sign-out
-- that waits for the end of the call, and changes nothing else.
-- KEYS: see _keys.lua
-- ARGV: seat, agent, now ms, token base
-- Returns {next deadline, {'granted', the seat's hash} or {'refused', reason}}
-- include _match.lua
-- include _answer.lua
local seat, agent, now, base = unpack(ARGV)

if not is_seat(seat) then
  return answer(refused('unknown_seat'))
end
if seat_field(seat, 'state') == 'signed_out' then
  redis.call('HSET', key.seat .. seat, 'agent', agent, 'turn', now, 'calls', 0)
  redis.call('HSET', key.agents, agent, seat)
  rest(seat, 'not_ready', now, 'signed_in')
elseif seat_field(seat, 'agent') ~= agent then
  return answer(refused('taken'))
elseif seat_field(seat, 'after_state') == 'signed_out' then
  redis.call('HDEL', key.seat .. seat, 'after_state', 'after_reason')
  show(seat)
  match(now, base)
end
return answer(granted(seat))
