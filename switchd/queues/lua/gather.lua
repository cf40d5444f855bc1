-- An owner is about to put callers back who waited before: nobody is matched until it has done so,
-- lest the first to be back is served before the first in line.
-- KEYS: see _keys.lua
-- ARGV: owner, ms until which it is waited for at most
-- Returns {next deadline, nil}
-- include _answer.lua
redis.call('HSET', key.gathering, ARGV[1], ARGV[2])
return answer(false)
