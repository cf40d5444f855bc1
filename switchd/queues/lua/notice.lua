-- What the callers of a paused group are told.
-- KEYS: see _keys.lua
-- ARGV: group
-- Returns {next deadline, the prompt, '' for nothing, or nil if the group is not paused}
-- include _answer.lua
local is = redis.call('HMGET', key.pool .. ARGV[1], 'paused', 'notice')
return answer(is[1] == '1' and (is[2] or ''))
