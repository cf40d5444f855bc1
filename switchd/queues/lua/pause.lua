-- Holds the callers of a group back, or lets them come again; its seats go on serving others.
-- Walks the group's list: for a supervisor's word, not for every call.
-- KEYS: see _keys.lua
-- ARGV: group, paused as 1 or 0, now ms, token base
-- Returns {next deadline, 1 if that changed something, else 0}
-- include _match.lua
-- include _answer.lua
local group, paused, now, base = unpack(ARGV)

if is_paused(group) == (paused == '1') then
  return answer(0)
end
redis.call('SADD', key.pools, group)
redis.call('HSET', key.pool .. group, 'paused', paused)
for _, call in ipairs(redis.call('ZRANGE', key.since .. group, 0, -1)) do
  local is = redis.call('HMGET', key.call .. call, 'slope', 'order', 'also')
  if paused == '1' then
    unlist_as_guest(call, is[1], is[3])
  else
    list_as_guest(call, is[1], is[2], is[3])
  end
end
touched[group] = true
match(now, base)
return answer(1)
