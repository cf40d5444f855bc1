"""Seats (坐席) and what they are doing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from routing.rights import Role


class SeatState(StrEnum):
    """What a seat is doing; the same words in Redis, on the command line and on the wallboard."""

    SIGNED_OUT = "signed_out"
    READY = "ready"
    """示闲: may be offered a call."""
    OFFERED = "offered"
    """Its phone is being rung for one caller; a lease that ends by itself."""
    TALKING = "talking"
    WRAP_UP = "wrap_up"
    """话后整理: ends by itself."""
    NOT_READY = "not_ready"
    """示忙, with a reason."""


class NotReadyReason(StrEnum):
    """Why a seat is not ready. Agents may give any reason of their own; these are the engine's."""

    SIGNED_IN = "signed_in"
    """Just signed in, not yet ready."""
    DIALLING = "dialling"
    """The phone still hears that its code for being ready was understood."""
    BREAK = "break"
    NO_ANSWER = "no_answer"
    """The phone rang for the whole ring time and nobody answered."""
    BUSY = "busy"
    """The phone was busy with a call that the engine did not give it."""
    REFUSED = "refused"
    """The agent declined the call on the phone."""
    UNREACHABLE = "unreachable"
    """The phone is not registered or did not react."""
    LINE_LOST = "line_lost"
    """The line that is kept open for the seat has broken."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A place with a phone, and the skills that it gives to whoever sits there."""

    number: str
    """The SIP extension, such as 1001."""
    groups: tuple[str, ...]
    """Skills of whoever sits there, named like the groups that need them; see routing.skills."""
    title: str = ""
    phone: str = ""
    """A telephone number by which the seat is reached, "" for a SIP phone that registers."""
    trunk: str = ""
    """The trunk over which `phone` is dialled."""
    shift: str | None = None
    """Arrangement of shifts by which the seat is staffed; None: those of its groups."""
    crew: str | None = None
    """The only crew of that arrangement that sits here; None: whichever is on duty."""
    nailed_up: bool = False
    """Whether its line is dialled at signing in and kept open, see routing.nailed."""
    accept_key: str = ""
    """The key by which it takes a call then; "" if calls come by themselves."""


@dataclass(frozen=True, slots=True)
class Agent:
    """A person (话务员) and the skills that he or she brings to any seat."""

    number: str
    """Staff number (工号), such as A017."""
    title: str = ""
    skills: Mapping[str, int] = field(default_factory=dict)
    """Skill → level, 1 to 9."""
    announcement: str = ""
    """Prompt that callers hear instead of the staff number; "" for none."""
    role: Role = Role.SEAT
    leads: tuple[str, ...] = ()
    """Groups that a team lead supervises."""
    shift: str | None = None
    """Arrangement of shifts by which the agent works; None: nobody counts overtime."""
    crew: str | None = None
    """The agent's crew of that arrangement."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One caller offered to one seat: a lease that is accepted, refused or runs out."""

    token: str
    call: str
    seat: str
    agent: str
    group: str
    offered_at: float
    """Seconds since the epoch."""
    deadline: float
    """Seconds since the epoch; whoever has not answered by then has not answered."""
    home: str = ""
    """The owner at whose FreeSWITCH the seat's phone is registered; "": not told, ring it here."""
    why: Mapping[str, Any] = field(default_factory=dict, compare=False)
    """What it was decided from, in points and seconds: how (turn, preferred, withdrawn from
    another caller, further), pool, strategy, score, waited, callers considered [call, score],
    seats considered [seat, what the strategy compares], counts of the pool's seats by state,
    rejected [seat, reason]: see `routing.assignments.Assignment`."""
