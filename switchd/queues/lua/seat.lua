-- One seat as it is now.
-- KEYS: see _keys.lua
-- ARGV: seat
-- Returns {next deadline, the seat's hash, empty if it is not known}
-- include _answer.lua
return answer(redis.call('HGETALL', key.seat .. ARGV[1]))
