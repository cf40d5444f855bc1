-- The agent may be offered callers, at once from wrap-up too. While offered or talking it takes
-- back what the agent had asked for afterwards. A ready seat keeps its idle age.
-- KEYS: see _keys.lua
-- ARGV: seat, now ms, token base
-- Returns {next deadline, {'granted', the seat's hash} or {'refused', reason}}
-- include _match.lua
-- include _answer.lua
local seat, now, base = unpack(ARGV)

if not is_seat(seat) then
  return answer(refused('unknown_seat'))
end
local state = seat_field(seat, 'state')
if state == 'signed_out' then
  return answer(refused('not_signed_in'))
elseif state == 'offered' or state == 'talking' then
  redis.call('HDEL', key.seat .. seat, 'after_state', 'after_reason')
  show(seat)
elseif state ~= 'ready' then
  rest(seat, 'ready', now, '')
end
match(now, base)
return answer(granted(seat))
