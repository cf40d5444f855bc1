"""A stand-in that speaks FreeSWITCH's event socket, for demo, drills and tests.

It plays the switch, the seats' phones and the people who call. What it emits for a command agrees
in kind, order and read headers with traffic recorded from FreeSWITCH 1.11.3-dev; the contract
suite in tests/contract runs on both.

    clock       time, with a speed factor, and every timer
    wire        commands in, frames out, no socket
    render      events as bytes, from blocks cached per channel
    channel     what is known about one leg
    switch      all legs, registrations and listeners; what happens to a leg
    apps        what a leg executes: park, playback, play_and_get_digits, …
    bridging    two legs talk, part, and what becomes of the one that stays
    originate   ringing a phone
    api         `api` and `bgapi` commands: legs in legcommands, lists in listing
    eventsocket the event socket itself
    phones, callers, profile, traffic     the people
    simulator   all of it behind one object; `python -m switchd.sim` runs it as a process
"""

from switchd.sim.simulator import Simulator

__all__ = ["Simulator"]
