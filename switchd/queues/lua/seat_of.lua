-- Where an agent sits.
-- KEYS: see _keys.lua
-- ARGV: agent
-- Returns {next deadline, the seat, or nil if the agent is signed in nowhere}
-- include _answer.lua
return answer(redis.call('HGET', key.agents, ARGV[1]))
