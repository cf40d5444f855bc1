-- What an earlier Redis knew has been restored: from now on this one knows best.
-- KEYS: see _keys.lua
-- ARGV: life
-- Returns {next deadline, nil}
-- include _answer.lua
redis.call('SET', key.life, ARGV[1])
redis.call('DEL', key.restoring)
return answer(false)
