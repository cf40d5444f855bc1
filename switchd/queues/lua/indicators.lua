-- The figures of a day, and those of some minutes together.
-- KEYS: counted, day, minute, early; see IndicatorKeys
-- ARGV: day, first minute, last minute
-- Returns {{field, number, …} of the day, {field, number, …} of the minutes}
-- include _figures.lua
local day, minute = KEYS[2], KEYS[3]

local sums = {}
for one = tonumber(ARGV[2]), tonumber(ARGV[3]) do
  local figures = redis.call('HGETALL', minute .. string.format('%.0f', one))
  for i = 1, #figures, 2 do
    local field, number = figures[i], tonumber(figures[i + 1])
    local known = sums[field]
    if not is_maximum(field) then
      sums[field] = (known or 0) + number
    elseif not known or known < number then
      sums[field] = number
    end
  end
end
local rolling = {}
for field, number in pairs(sums) do
  rolling[#rolling + 1] = field
  rolling[#rolling + 1] = string.format('%.0f', number)
end
return {redis.call('HGETALL', day .. ARGV[1]), rolling}
