-- Where an owner's daemon reads what it is told. Each place has a list of its own, so that a daemon
-- that has lost the node, and is about to read, takes nothing that is for the next one.
-- The last key is that of `places`.
local function inbox_of(owner)
  local place = redis.call('HGET', KEYS[#KEYS], owner)
  return key.inbox .. owner .. (place and '\n' .. place or '')
end
