-- The seat's phone came to, or left, the FreeSWITCH of an owner; the latest registration counts.
-- The seat's state stays; without a phone it is offered nobody.
-- KEYS: see _keys.lua
-- ARGV: seat, owner, registered there as 1 or 0, now ms, token base
-- Returns {next deadline, 1 if the seat is known, else 0}
-- include _homes.lua
-- include _match.lua
-- include _answer.lua
local seat, owner, there, now, base = unpack(ARGV)

if not is_seat(seat) then
  return answer(0)
end
if there == '1' then
  registered(seat, owner)
else
  unregistered(seat, owner)
end
match(now, base)
return answer(1)
