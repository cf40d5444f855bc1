-- The daemons that stand by for a node.
-- KEYS: see _keys.lua
-- ARGV: owner, now ms
-- Returns {next deadline, their places}
-- include _answer.lua
local owner, now = unpack(ARGV)

redis.call('ZREMRANGEBYSCORE', key.standbys .. owner, '-inf', now)
return answer(redis.call('ZRANGE', key.standbys .. owner, 0, -1))
