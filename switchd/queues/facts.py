"""What the live queue tells: values only. Times are seconds since the epoch, absent text is ""."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from routing.seats import Offer, SeatState
from switchd.queues.order import to_seconds


class QueueUnavailable(Exception):
    """Redis could not be asked, or did not answer; whether the verb ran is not known."""


class Refusal(StrEnum):
    """Why a seat's wish was not granted."""

    UNKNOWN_SEAT = "unknown_seat"
    NOT_SIGNED_IN = "not_signed_in"
    TAKEN = "taken"
    """Another agent is signed in at the seat."""


_ADVICE = {
    Refusal.UNKNOWN_SEAT: "the plan has no such seat; add it to the city's configuration",
    Refusal.NOT_SIGNED_IN: "nobody is signed in there; sign in first",
    Refusal.TAKEN: "another agent is signed in there; sign that agent out first",
}


class SeatRefused(Exception):
    """The agent asked for something that the seat's state does not allow; nothing was changed."""

    def __init__(self, seat: str, reason: Refusal) -> None:
        super().__init__(f"seat {seat}: {_ADVICE[reason]}")
        self.seat = seat
        self.reason = reason


@dataclass(frozen=True, slots=True)
class OfferMade:
    """A caller of this owner was matched: ring the seat until the offer's deadline."""

    offer: Offer


@dataclass(frozen=True, slots=True)
class OfferLost:
    """An offer ended without the owner's doing: stop ringing; the caller is in the list again."""

    call: str
    token: str
    seat: str


@dataclass(frozen=True, slots=True)
class CallerView:
    """What is known of one caller's number."""

    calls_in_hour: int
    """Counted while there is a limit and the number is not barred."""
    called_before: bool
    barred_until: float | None
    """None if it is not barred, infinity if for ever."""
    reason: str
    by_limit: bool
    barred_now: bool
    """Whether this very call went beyond the limit."""


InboxEvent = OfferMade | OfferLost


@dataclass(frozen=True, slots=True)
class SeatView:
    """A seat as it is now."""

    seat: str
    agent: str
    state: SeatState
    since: float
    """When the state began; for a ready seat the beginning of its idle age."""
    reason: str
    """Why it is not ready."""
    reachable: bool
    """Whether its phone is registered."""
    home: str
    """The owner at whose FreeSWITCH it is registered, "" if at none."""
    groups: tuple[str, ...]
    call: str
    """The caller who is offered to it or talks with it."""
    until: float | None
    """End of the offer or of the wrap-up."""
    after_call: SeatState | None
    """What the agent asked for while busy: SIGNED_OUT or NOT_READY once the call has ended."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A caller in a list."""

    call: str
    priority: int
    enqueued_at: float


@dataclass(frozen=True, slots=True)
class GroupView:
    """One waiting list."""

    group: str
    waiting: int
    longest_wait: float
    """Seconds that the caller enqueued first has waited; 0 if nobody waits."""
    first: tuple[Waiting, ...]
    """The callers to be served next, in order."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The whole queue at one moment."""

    at: float
    groups: Mapping[str, GroupView]
    seats: Mapping[str, SeatView]


@dataclass(frozen=True, slots=True)
class Sweep:
    """What a sweep ended."""

    offers: tuple[OfferLost, ...]
    """Offers of any owner; each owner finds its own in its inbox as well."""
    wrap_ups: tuple[str, ...]
    """Seats whose wrap-up ended."""
    next_deadline: float | None


def read_event(text: str | bytes) -> InboxEvent:
    """Read one inbox entry; raise ValueError if it is none."""
    try:
        entry = json.loads(text)
        kind, call, token, seat = (entry[key] for key in ("kind", "call", "token", "seat"))
        if kind == "offer_lost":
            return OfferLost(call, token, seat)
        if kind == "offer_made":
            return OfferMade(
                Offer(
                    token=token,
                    call=call,
                    seat=seat,
                    agent=entry["agent"],
                    group=entry["group"],
                    offered_at=to_seconds(entry["offered_at"]),
                    deadline=to_seconds(entry["deadline"]),
                    home=entry.get("home", ""),
                )
            )
    except (TypeError, KeyError) as error:
        raise ValueError(f"not an inbox entry: {text[:200]!r}") from error
    raise ValueError(f"unknown kind of inbox entry: {text[:200]!r}")


def read_seat(seat: str, fields: Mapping[str, str]) -> SeatView:
    """Read the hash of a seat."""
    return SeatView(
        seat=seat,
        agent=fields["agent"],
        state=SeatState(fields["state"]),
        since=to_seconds(fields["since"]),
        reason=fields["reason"],
        reachable=fields["reachable"] == "1",
        home=fields.get("home", ""),
        groups=tuple(json.loads(fields["groups"])),
        call=fields.get("call", ""),
        until=to_seconds(fields["until"]) if "until" in fields else None,
        after_call=SeatState(fields["after_state"]) if "after_state" in fields else None,
    )
