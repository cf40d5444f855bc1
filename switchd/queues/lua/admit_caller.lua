-- Ends a number's bar and forgets how often it has called.
-- KEYS: see _keys.lua
-- ARGV: number
-- Returns {next deadline, 1 if it was barred, else 0}
-- include _answer.lua
local was = redis.call('DEL', key.barred .. ARGV[1])
redis.call('DEL', key.calls_of .. ARGV[1])
return answer(was)
