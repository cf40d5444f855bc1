"""The live queue in Redis: key names in one class, one Lua file per verb, leases with a sweep."""
