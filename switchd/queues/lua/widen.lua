-- Lets the seats of a further group serve a caller too, who keeps place and age everywhere.
-- KEYS: see _keys.lua
-- ARGV: call, group, now ms, token base
-- Returns {next deadline, 1 if the caller is in a list or an offer, else 0}
-- include _match.lua
-- include _answer.lua
local call, group, now, base = unpack(ARGV)

local was = redis.call('HMGET', key.call .. call, 'group', 'seat')
if not was[1] then
  return answer(0)
end
local groups = also(call)
local known = was[1] == group
for _, other in ipairs(groups) do
  known = known or other == group
end
if not known then
  groups[#groups + 1] = group
  redis.call('HSET', key.call .. call, 'also', cjson.encode(groups))
  redis.call('SADD', key.groups, group)
  if not was[2] then
    list(call)
    match(now, base)
  end
end
return answer(1)
