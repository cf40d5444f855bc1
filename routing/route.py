"""A call as it arrives, and what may become of it: a route, or a refusal with its cause."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from routing.admission import HeldPlace, Instead
from routing.lines import Forward, Overflow
from routing.reasons import Reason


class Cause(StrEnum):
    """Why a call is not taken: FreeSWITCH's name of the hangup cause."""

    UNALLOCATED_NUMBER = "UNALLOCATED_NUMBER"
    """No line has this number (Q.850 cause 1, SIP 404)."""
    NUMBER_CHANGED = "NUMBER_CHANGED"
    """Retired, and the announcement is over (Q.850 cause 22, SIP 410)."""
    CALL_REJECTED = "CALL_REJECTED"
    """The caller is barred (Q.850 cause 21, SIP 603)."""
    USER_BUSY = "USER_BUSY"
    """The waiting list is full, or the number waits already (Q.850 cause 17, SIP 486)."""
    NORMAL_CIRCUIT_CONGESTION = "NORMAL_CIRCUIT_CONGESTION"
    """The switch is overloaded (Q.850 cause 34, SIP 503)."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A call as the trunk brings it."""

    caller: str
    """The calling number as it arrived; hostile."""
    called: str
    """The called number as it arrived; hostile."""
    trunk: str
    """Name of the trunk group in the plan."""
    privacy: bool = False
    """Whether the caller withholds the number."""
    diversion: str = ""
    """The Diversion header as it arrived; hostile."""
    history_info: str = ""
    """The History-Info header as it arrived; hostile."""
    asserted: str = ""
    """The P-Asserted-Identity header as it arrived; hostile."""


@dataclass(frozen=True, slots=True)
class Route:
    """Where the call goes."""

    caller: str
    """Normalised, or "" if withheld or unknown."""
    called: str
    """Normalised."""
    line_dialled: str
    """Name of the line that was dialled; a retired line keeps its identity."""
    line_meant: str
    """Name of the line that serves the caller."""
    title: str
    """What a seat sees: the department or the hotline's name."""
    group: str
    """Skill group to wait for; "" if there is none to go to."""
    greeting: tuple[str, ...]
    """Prompts to play, in this order."""
    music: str
    survey: bool
    connect: bool
    """False: play the greeting and hang up; the caller is to dial 12345 or to call again."""
    priority: int
    reasons: tuple[Reason, ...]
    closed: bool = False
    """Whether the greeting says that it is out of hours; then `connect` is False."""
    barred: bool = False
    """The caller only hears why no seat is offered."""
    overflow: tuple[Overflow, ...] = ()
    """Further groups for a caller who waits long, or whose own group is unstaffed."""
    forward: Forward | None = None
    """Where the caller is passed on to behind the greeting, instead of the queue."""
    menu: str = ""
    """The menu behind the greeting; "" for none."""
    age_slope: float = 1.0
    """Points that the caller gains in each second of waiting."""
    full: Instead | None = None
    """What the caller meets instead of the queue, which has no room; then `connect` is False."""
    place: HeldPlace | None = None
    """The place at which the caller goes on, without greeting and menu."""
    prefer: str = ""
    """Agent or seat that serves the caller if idle."""

    @property
    def waits(self) -> bool:
        """Whether the caller is led to a waiting list."""
        return self.connect and bool(self.group) and self.forward is None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the call is not taken."""

    caller: str
    called: str
    line_dialled: str
    """Name of the line that was dialled, or "" for a number without line."""
    cause: Cause
    reasons: tuple[Reason, ...]
    repeated: bool = False
    """Whether the caller waits already, with another call."""
    line_meant: str = ""
    """Name of the line that would have served the caller, and its group, of somebody who asked
    for a person; "" for others."""
    group: str = ""

    @property
    def congested(self) -> bool:
        """Whether somebody who asked for a person could not enter."""
        full = self.cause in (Cause.USER_BUSY, Cause.NORMAL_CIRCUIT_CONGESTION)
        return full and not self.repeated
