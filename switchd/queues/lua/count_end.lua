-- Counts calls that have ended, each once however often it is told and by whomever: into the day
-- and the minute in which it arrived. One that is told early, before its record is kept, is counted
-- as it is told; when it is told as it is kept, the figures become those that are kept. Only a
-- maximum does not become smaller.
-- KEYS: counted, day, minute, early; see IndicatorKeys
-- ARGV: JSON array of {call, day, minute, {field: number}}, first minute that is still of interest,
-- ms for which a day is kept, ms for which a minute is kept, 1 if they are told early
-- Returns how many were new
-- include _figures.lua
local counted, day, minute, early = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local first, day_ms, minute_ms = tonumber(ARGV[2]), ARGV[3], ARGV[4]
local is_early = ARGV[5] == '1'

local function add(key, field, number, sign)
  if is_maximum(field) and sign == -1 then
    return
  elseif is_maximum(field) then
    local known = redis.call('HGET', key, field)
    if not known or tonumber(known) < number then
      redis.call('HSET', key, field, string.format('%.0f', number))
    end
  elseif redis.call('HINCRBY', key, field, string.format('%.0f', sign * number)) == 0 then
    redis.call('HDEL', key, field)
  end
end

local function count(of_day, of_minute, figures, sign)
  local keys = {[day .. of_day] = day_ms}
  if of_minute >= first then
    keys[minute .. string.format('%.0f', of_minute)] = minute_ms
  end
  for key, ms in pairs(keys) do
    for field, number in pairs(figures) do
      add(key, field, number, sign)
    end
    redis.call('PEXPIRE', key, ms)
  end
end

local new = 0
for _, ended in ipairs(cjson.decode(ARGV[1])) do
  local call, of_day, of_minute, figures = unpack(ended)
  local early_of_day = early .. of_day
  if redis.call('SADD', counted .. of_day, call) == 1 then
    redis.call('PEXPIRE', counted .. of_day, day_ms)
    new = new + 1
    count(of_day, of_minute, figures, 1)
    if is_early then
      redis.call('HSET', early_of_day, call, cjson.encode({of_minute, figures}))
      redis.call('PEXPIRE', early_of_day, day_ms)
    end
  elseif not is_early then
    local before = redis.call('HGET', early_of_day, call)
    if before then
      local its_minute, its_figures = unpack(cjson.decode(before))
      count(of_day, its_minute, its_figures, -1)
      count(of_day, of_minute, figures, 1)
      redis.call('HDEL', early_of_day, call)
    end
  end
end
return new
