"""The feed: what happens in the city, in one bounded stream in Redis that everybody can resume."""
