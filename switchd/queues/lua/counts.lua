-- A pool's settings, and how many of its seats are in each state.
-- KEYS: see _keys.lua
-- ARGV: pool
-- Returns {next deadline, the pool's hash, empty if it is not known}
-- include _answer.lua
return answer(redis.call('HGETALL', key.pool .. ARGV[1]))
