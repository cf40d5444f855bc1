-- The keys of a city by name. The order is that of Keys.LUA_ORDER; from seat on they take a name.
local key = {
  seats = KEYS[1],
  groups = KEYS[2],
  deadlines = KEYS[3],
  leases = KEYS[4],
  seat = KEYS[5],
  call = KEYS[6],
  waiting = KEYS[7],
  idle = KEYS[8],
  inbox = KEYS[9],
  barred = KEYS[10],
  calls_of = KEYS[11],
  last_call = KEYS[12],
}
