"""Seats (坐席) and what they are doing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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
    BREAK = "break"
    NO_ANSWER = "no_answer"
    """The phone rang for the whole ring time and nobody answered."""
    BUSY = "busy"
    """The phone was busy with a call that the engine did not give it."""
    REFUSED = "refused"
    """The agent declined the call on the phone."""
    UNREACHABLE = "unreachable"
    """The phone is not registered or did not react."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A place with a phone. Skills belong to agents; which groups a seat serves comes from here
    until agents bring their own."""

    number: str
    """The SIP extension, such as 1001."""
    groups: tuple[str, ...]
    """Skill groups whose callers it may be offered."""
    title: str = ""
    phone: str = ""
    """A telephone number by which the seat is reached, "" for a SIP phone that registers."""
    trunk: str = ""
    """The trunk over which `phone` is dialled."""
    shift: str | None = None
    """Arrangement of shifts by which the seat is staffed; None: those of its groups."""
    crew: str | None = None
    """The only crew of that arrangement that sits here; None: whichever is on duty."""


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
