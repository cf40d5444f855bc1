-- Tells the owner of a caller who waits, or is being offered, what a supervisor wants.
-- KEYS: see _keys.lua
-- ARGV: call, what, facts as JSON
-- Returns {next deadline, 1 if the caller was there, else 0}
-- include _told.lua
-- include _answer.lua
local call, what, facts = unpack(ARGV)

return answer(tell(call, what, facts) and 1 or 0)
