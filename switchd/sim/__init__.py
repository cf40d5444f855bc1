"""A stand-in that speaks FreeSWITCH's event socket, for demo, drills and tests."""
