-- Whether anybody is signed in, with a phone that can be reached, at a seat that serves a group.
-- KEYS: see _keys.lua
-- ARGV: group
-- Returns {next deadline, 1 if so, else 0}
-- include _seats.lua
-- include _answer.lua
local wanted = ARGV[1]

for _, seat in ipairs(redis.call('SMEMBERS', key.seats)) do
  local is = redis.call('HMGET', key.seat .. seat, 'state', 'reachable', 'groups')
  if is[1] ~= 'signed_out' and is[2] == '1' then
    for _, group in ipairs(cjson.decode(is[3])) do
      if group == wanted then
        return answer(1)
      end
    end
  end
end
return answer(0)
