-- Tells the owner of a call that another call of the same number has its place now.
-- KEYS: see _entrance_keys.lua
-- ARGV: earlier call, its owner, new call
-- Returns nothing
-- include _entrance_keys.lua
-- include _inbox.lua
redis.call('RPUSH', inbox_of(ARGV[2]), cjson.encode({
  kind = 'superseded', call = ARGV[1], token = '', seat = '', by = ARGV[3],
}))
