"""The pure core of switchd: every rule that decides what happens to a call.

Standard library only, no clock and no I/O: `now` is an argument (seconds since the epoch, UTC)
and whatever a rule decides comes back as a value for somebody else to perform.
"""
