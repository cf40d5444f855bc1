-- Whether anybody is signed in, with a phone that can be reached, at a seat that serves a pool.
-- KEYS: see _keys.lua
-- ARGV: pool
-- Returns {next deadline, 1 if so, else 0}
-- include _answer.lua
local staffed = tonumber(redis.call('HGET', key.pool .. ARGV[1], 'seats:staffed')) or 0
return answer(staffed > 0 and 1 or 0)
