-- Where an agent's skills differ from the plan.
-- KEYS: see _keys.lua
-- ARGV: agent
-- Returns {next deadline, {skill, level (0: not at all), …}}
-- include _answer.lua
return answer(redis.call('HGETALL', key.skills .. ARGV[1]))
