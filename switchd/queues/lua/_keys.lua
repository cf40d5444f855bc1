-- The keys of a city by name. The order is that of Keys.LUA_ORDER; from seat on they take a name.
local key = {
  seats = KEYS[1],
  groups = KEYS[2],
  deadlines = KEYS[3],
  leases = KEYS[4],
  seat = KEYS[5],
  call = KEYS[6],
  waiting = KEYS[7],
  guests = KEYS[8],
  idle = KEYS[9],
  inbox = KEYS[10],
  barred = KEYS[11],
  calls_of = KEYS[12],
  last_call = KEYS[13],
  nodes = KEYS[14],
  places = KEYS[15],
}
