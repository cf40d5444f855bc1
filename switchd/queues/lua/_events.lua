-- The city's stream: what happened, in the order in which it did, for whoever follows it. Its length
-- is bounded; who falls behind by more finds the entry gone that it has read last.
-- What a seat has become: kind (seat), at (ms), seat, agent, state, reason, call.
-- include _keys.lua

local stream_length = 100000

local function publish(...)
  redis.call('XADD', key.events, 'MAXLEN', '~', stream_length, '*', ...)
end
