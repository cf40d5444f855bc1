-- How many callers of some groups have a higher score than one who waits.
-- KEYS: see _keys.lua
-- ARGV: call, now ms, JSON list of groups
-- Returns {next deadline, {group, callers, …}, or nil if the caller is not in a list}; callers who
-- are held back, or being offered, do not count
-- include _order.lua
-- include _answer.lua
local call, now, groups = ARGV[1], tonumber(ARGV[2]), cjson.decode(ARGV[3])

local is = redis.call('HMGET', key.call .. call, 'slope', 'order', 'seats')
if not is[1] or is[3] then
  return answer(false)
end
local score = score_of(is[1], is[2], now)
local found = {}
for _, group in ipairs(groups) do
  local many = 0
  if not is_paused(group) then
    for _, slope in ipairs(all_slopes()) do
      local name = key.waiting .. slope .. ':' .. group
      local rank = slope == is[1] and redis.call('ZRANK', name, call)
      many = many + (rank
        or redis.call('ZCOUNT', name, '-inf', string.format('(%.0f', slope * now - score)))
    end
  end
  found[#found + 1] = group
  found[#found + 1] = many
end
return answer(found)
