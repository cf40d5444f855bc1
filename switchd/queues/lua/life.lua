-- Whether Redis still knows what somebody knew who has read the stream up to an entry.
-- KEYS: see _keys.lua
-- ARGV: id of the entry
-- Returns {next deadline, {its life or nil, 1 if the entry is there, else 0, id of the stream's first
-- entry or nil}}
-- include _answer.lua
local read = ARGV[1]

local first = redis.call('XRANGE', key.events, '-', '+', 'COUNT', 1)[1]
return answer({
  redis.call('GET', key.life),
  #redis.call('XRANGE', key.events, read, read),
  first and first[1] or false,
})
