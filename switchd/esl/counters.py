"""What a link counts, for metrics and for tests."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Counters:
    """Totals since the link was made; none of them ever falls."""

    connections: int = 0
    """Times the link came up."""
    frames: int = 0
    events: int = 0
    """Events handed to the handler."""
    unknown: int = 0
    """Events without a class of their own, and frames of a kind that nobody asked for."""
    orphans: int = 0
    """Replies that nobody waits for: unsolicited, or later than their time-out."""
    timeouts: int = 0
    """Commands without a reply in time."""
    reordered: int = 0
    """Events whose Event-Sequence is not above the one before."""
    dropped: int = 0
    """Events thrown away because too many were waiting for the handler."""
    bad_events: int = 0
    """Events whose body was no JSON object."""
    handler_errors: int = 0
    """Exceptions that came out of handlers."""
    unknown_jobs: int = 0
    """Background jobs that nobody waits for: given up, or started by somebody else."""
    duplicate_jobs: int = 0
    """Background jobs that ended twice."""
    restarts: int = 0
    """Times another Core-UUID was found: FreeSWITCH had been restarted."""
