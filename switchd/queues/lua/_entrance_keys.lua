-- The keys of a city's entrance by name. The order is that of EntranceKeys; from inbox on, but for
-- held, they take a name.
local key = {
  held = KEYS[1],
  inbox = KEYS[2],
  barred = KEYS[3],
  calls_of = KEYS[4],
  last_call = KEYS[5],
  entered = KEYS[6],
  place = KEYS[7],
}
