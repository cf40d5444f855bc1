-- Lets an agent have a skill at another level than the plan says, until that is taken back.
-- KEYS: see _keys.lua
-- ARGV: agent, skill, level (0: not at all) or '' (as the plan says)
-- Returns {next deadline, the seat where the agent is signed in, or nil}
-- include _answer.lua
local agent, skill, level = unpack(ARGV)

if level == '' then
  redis.call('HDEL', key.skills .. agent, skill)
else
  redis.call('HSET', key.skills .. agent, skill, level)
end
return answer(redis.call('HGET', key.agents, agent))
