"""What somebody who is called does, as a script says it: answers, is busy, is not there."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Manner:
    """What a phone does with a call: its answer is `answers` or a hangup cause."""

    answer: str = "answers"
    after: float = 0.2
    """Seconds of ringing before it."""
    rings: bool = True
    """Whether the phone says that it rings."""
    hangs_up_after: float = math.inf
    """Seconds of talk until the far end hangs up."""
    drops_after: float = math.inf
    """Seconds of talk until the phone is dead."""


class Scripted:
    """Somebody who is called and does what a script says."""

    _script: Manner | None = None

    def will_answer(self, after: float = 0.2, hangs_up_after: float = math.inf) -> Self:
        """Answer every call after so many seconds; hang up after so many seconds of talk."""
        return self._will(Manner(after=after, hangs_up_after=hangs_up_after))

    def will_be_busy(self) -> Self:
        """Turn every call away as busy."""
        return self._will(Manner("USER_BUSY", 0.0))

    def will_not_answer(self) -> Self:
        """Ring for ever."""
        return self._will(Manner(after=math.inf))

    def will_refuse(self, after: float = 0.2) -> Self:
        """Decline every call on the phone."""
        return self._will(Manner("CALL_REJECTED", after))

    def will_be_silent(self) -> Self:
        """Be there and take what is sent, but not react."""
        return self._will(Manner(after=math.inf, rings=False))

    def will_be_unreachable(self) -> Self:
        """Be known where nobody listens any more."""
        return self._will(Manner("NORMAL_TEMPORARY_FAILURE", 0.0))

    def drops_after(self, seconds: float) -> Self:
        """Answer, and be dead after so many seconds of talk."""
        return self._will(Manner(drops_after=seconds))

    def _will(self, manner: Manner) -> Self:
        self._script = manner
        return self
