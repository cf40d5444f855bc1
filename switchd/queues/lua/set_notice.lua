-- Says what the callers of a paused group are told, and tells the owners of all who wait for it.
-- Walks the group's list: for a supervisor's word, not for every call.
-- KEYS: see _keys.lua
-- ARGV: group, prompt ('' for nothing)
-- Returns {next deadline, how many callers}
-- include _told.lua
-- include _answer.lua
local group, prompt = unpack(ARGV)

redis.call('HSET', key.pool .. group, 'notice', prompt)
local told = 0
for _, call in ipairs(redis.call('ZRANGE', key.since .. group, 0, -1)) do
  if tell(call, 'notice', cjson.encode({prompt = prompt})) then
    told = told + 1
  end
end
return answer(told)
