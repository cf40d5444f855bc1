-- Ends the talks of an owner whose seat's leg the switch does not have any more: nobody told.
-- Walks all seats: for each connect to the switch, not for every call.
-- KEYS: see _keys.lua
-- ARGV: owner, JSON list of the legs that the switch has (a talk's token is its seat's leg), now ms,
-- token base
-- Returns {next deadline, {seats that are free again}}
-- include _match.lua
-- include _answer.lua
local owner, legs, now, base = unpack(ARGV)
local living, freed = {}, {}

for _, leg in ipairs(cjson.decode(legs)) do
  living[leg] = true
end
for _, seat in ipairs(redis.call('SMEMBERS', key.seats)) do
  local was = redis.call('HMGET', key.seat .. seat, 'owner', 'state', 'token')
  if was[1] == owner and was[2] == 'talking' and not living[was[3]] then
    freed[#freed + 1] = seat
    rest_after_call(seat, now, 'ready', now, '')
  end
end
match(now, base)
return answer(freed)
