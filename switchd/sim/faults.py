"""What can go wrong on purpose, for drills."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Faults:
    """Switches that a drill turns; all off by default."""

    refuse_originates: str = ""
    """A hangup cause with which every originate fails at once, or "" for none."""
    lose_jobs: int = 0
    """How many of the next BACKGROUND_JOB events never come."""
    reject_connections: bool = False
    """New clients are turned away by the access list."""
    unlisted: set[str] = field(default_factory=set)
    """Legs that the next list of channels lacks, as those that were born just before it."""
    silent: bool = False
    """The connections stay open, but nothing more is sent."""

    def lists(self, leg: str) -> bool:
        """Whether a leg is in the list of channels that is made now."""
        listed = leg not in self.unlisted
        self.unlisted.discard(leg)
        return listed

    def loses_job(self) -> bool:
        """Whether the job that ends now is lost; counts down."""
        if self.lose_jobs <= 0:
            return False
        self.lose_jobs -= 1
        return True
