-- When the next offer or wrap-up of the city ends.
-- KEYS: see _keys.lua
-- ARGV: none
-- Returns {next deadline, nil}
-- include _answer.lua
return answer(false)
