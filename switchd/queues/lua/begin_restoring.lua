-- An owner wants to restore what an earlier Redis knew: one does.
-- KEYS: see _keys.lua
-- ARGV: owner, lease ms
-- Returns {next deadline, 1 if the owner may, else 0}
-- include _answer.lua
local owner, lease = unpack(ARGV)

local other = redis.call('GET', key.restoring)
if other and other ~= owner then
  return answer(0)
end
redis.call('SET', key.restoring, owner, 'PX', lease)
return answer(1)
