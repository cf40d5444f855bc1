-- An agent sits down: not ready until the agent says so. Signing in again takes back a sign-out
-- that waits for the end of the call, and changes nothing else. An agent sits at one seat; taking
-- over ends that at another one, unless it has a caller.
-- KEYS: see _keys.lua
-- ARGV: seat, agent, 1 to take over from another seat or 0, now ms, token base
-- Returns {next deadline, {'granted', the seat's hash} or {'refused', reason, where}}
-- include _match.lua
-- include _answer.lua
local seat, agent, take_over, now, base = unpack(ARGV)

-- Where else the agent sits, and whether that seat has a caller.
local function elsewhere()
  local other = redis.call('HGET', key.agents, agent)
  if other and other ~= seat then
    local is = redis.call('HMGET', key.seat .. other, 'agent', 'state')
    if is[1] == agent then
      return other, is[2] == 'offered' or is[2] == 'talking'
    end
  end
end

if not is_seat(seat) then
  return answer(refused('unknown_seat'))
end
if seat_field(seat, 'state') == 'signed_out' then
  local other, busy = elsewhere()
  if other and (busy or take_over ~= '1') then
    return answer(refused(busy and 'busy_elsewhere' or 'elsewhere', other))
  elseif other then
    rest(other, 'signed_out', now, 'moved')
  end
  redis.call('HSET', key.seat .. seat, 'agent', agent, 'turn', now, 'calls', 0, 'seated', now)
  redis.call('HSET', key.agents, agent, seat)
  rest(seat, 'not_ready', now, 'signed_in')
  tell_emptied()
elseif seat_field(seat, 'agent') ~= agent then
  return answer(refused('taken'))
elseif seat_field(seat, 'after_state') == 'signed_out' then
  redis.call('HDEL', key.seat .. seat, 'after_state', 'after_reason')
  show(seat)
  match(now, base)
end
return answer(granted(seat))
