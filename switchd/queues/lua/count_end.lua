-- Counts calls that have ended, each once however often it is told and by whomever: into the day
-- and the minute in which it arrived.
-- KEYS: counted, day, minute; see IndicatorKeys
-- ARGV: JSON array of {call, day, minute, {field: number}}, first minute that is still of interest,
-- ms for which a day is kept, ms for which a minute is kept
-- Returns how many were new
-- include _figures.lua
local counted, day, minute = KEYS[1], KEYS[2], KEYS[3]
local first, day_ms, minute_ms = tonumber(ARGV[2]), ARGV[3], ARGV[4]

local function add(key, figures, ms)
  for field, number in pairs(figures) do
    local text = string.format('%.0f', number)
    if is_maximum(field) then
      local known = redis.call('HGET', key, field)
      if not known or tonumber(known) < number then
        redis.call('HSET', key, field, text)
      end
    else
      redis.call('HINCRBY', key, field, text)
    end
  end
  redis.call('PEXPIRE', key, ms)
end

local new = 0
for _, ended in ipairs(cjson.decode(ARGV[1])) do
  local call, of_day, of_minute, figures = unpack(ended)
  if redis.call('SADD', counted .. of_day, call) == 1 then
    redis.call('PEXPIRE', counted .. of_day, day_ms)
    new = new + 1
    add(day .. of_day, figures, day_ms)
    if of_minute >= first then
      add(minute .. string.format('%.0f', of_minute), figures, minute_ms)
    end
  end
end
return new
