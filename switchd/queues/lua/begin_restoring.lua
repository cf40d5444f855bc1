-- An owner wants to restore what an earlier Redis knew: one does.
-- KEYS: see _keys.lua
-- ARGV: owner, lease ms
-- Returns {next deadline, 1 if the owner may, else 0}
-- include _answer.lua
local owner, lease = unpack(ARGV)

return answer(redis.call('SET', key.restoring, owner, 'NX', 'PX', lease) and 1 or 0)
