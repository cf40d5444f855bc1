-- Stands before every verb: who is not the node's daemon any more changes nothing. The last
-- argument is "" or the owner and, on a line of its own, the place of the daemon that runs the verb;
-- the last key is that of `places`.
do
  local owner, place = string.match(table.remove(ARGV), '^(.*)\n(.*)$')
  local holder = owner and redis.call('HGET', KEYS[#KEYS], owner)
  if holder and holder ~= place then
    return redis.error_reply('FENCED ' .. owner .. ' has another daemon, at ' .. holder)
  end
end
