-- Every verb's reply: the next deadline of the city (ms, or nil) and the verb's own result.
-- include _keys.lua

local function answer(result)
  local head = redis.call('ZRANGE', key.deadlines, 0, 0, 'WITHSCORES')
  return {head[2] or false, result}
end
