"""How the hotline calls people: what callbacks and follow-up calls have in common."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CallingRules:
    """Over which trunk, when, and how often."""

    trunk: str = ""
    """The trunk over which people are called; "" if nobody is."""
    tries: int = 3
    """How often somebody is called who is busy or does not answer."""
    pause_seconds: float = 600.0
    """Seconds between the end of a try and the next one."""
    ring_seconds: float = 30.0
    """How long the person's phone rings."""
    open: str | None = None
    """Calendar by which people are called; None: at all times."""
    shown_number: str = ""
    """The number that the called person sees; "" for the number of the line."""
    longest_days: float = 3.0
    """Days after which a call that nobody could carry out is given up."""
