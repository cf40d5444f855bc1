"""What the live queue tells: values only. Times are seconds since the epoch, absent text is ""."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import orjson

from routing.queueing import Strategy
from routing.seats import Offer, SeatState
from routing.skills import LEVEL_MARK
from switchd.queues.order import BAND, score, to_ms, to_points, to_seconds


class QueueUnavailable(Exception):
    """Redis could not be asked, or did not answer; whether the verb ran is not known."""


class Refusal(StrEnum):
    """Why a seat's wish was not granted."""

    UNKNOWN_SEAT = "unknown_seat"
    NOT_SIGNED_IN = "not_signed_in"
    TAKEN = "taken"
    """Another agent is signed in at the seat."""
    IN_A_CALL = "in_a_call"
    """A caller is offered to the seat, or talks with it."""
    ELSEWHERE = "elsewhere"
    """The agent is signed in at another seat."""
    BUSY_ELSEWHERE = "busy_elsewhere"
    """The agent's other seat has a caller."""


_ADVICE = {
    Refusal.UNKNOWN_SEAT: "the plan has no such seat; add it to the city's configuration",
    Refusal.NOT_SIGNED_IN: "nobody is signed in there; sign in first",
    Refusal.TAKEN: "another agent is signed in there; sign that agent out first",
    Refusal.IN_A_CALL: "it is in a call, or its phone rings for a caller",
    Refusal.ELSEWHERE: "the agent is signed in at seat {}; sign out there, or take over",
    Refusal.BUSY_ELSEWHERE: "the agent has a caller at seat {}; sign in when the call has ended",
}


class SeatRefused(Exception):
    """The agent asked for something that the seat's state does not allow; nothing was changed."""

    def __init__(self, seat: str, reason: Refusal, where: str = "") -> None:
        super().__init__(f"seat {seat}: {_ADVICE[reason].format(where)}")
        self.seat = seat
        self.reason = reason
        self.where = where
        """The agent's other seat, if that is the reason."""


@dataclass(frozen=True, slots=True)
class OfferMade:
    """A caller of this owner was matched: ring the seat until the offer's deadline."""

    offer: Offer


class LostBy(StrEnum):
    """Why an offer ended without the owner's doing."""

    NO_ANSWER = "no_answer"
    """Its time was over."""
    WITHDRAWN = "withdrawn"
    """One of several that rang for the caller was needed for somebody else, who had none."""
    MOVED = "moved"
    """The caller was given to another group."""
    ENQUEUED_AGAIN = "enqueued_again"
    SEAT_GONE = "seat_gone"
    """The plan has the seat no more."""


@dataclass(frozen=True, slots=True)
class OfferLost:
    """An offer ended without the owner's doing: stop ringing. The caller is in the list again,
    unless other seats go on ringing."""

    call: str
    token: str
    seat: str
    reason: LostBy = LostBy.NO_ANSWER


@dataclass(frozen=True, slots=True)
class Accepted:
    """A seat has the caller."""

    withdrawn: tuple[str, ...] = ()
    """Tokens of the other offers of this caller, which have ended: stop ringing."""


@dataclass(frozen=True, slots=True)
class NotToBeHad:
    """A seat that was claimed is not ready."""

    why: str
    """Its state, `unreachable`, or `not_signed_in` if the agent sits nowhere."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a caller stands, by the scores at the time of asking."""

    position: int
    """From 1; behind everybody whom seats of the caller's group would serve first."""
    ahead_by_pool: Mapping[str, int]
    """Pool → callers whom its seats would serve first; the caller's group comes first, then the
    pools that widening added."""


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


@dataclass(frozen=True, slots=True)
class Told:
    """A supervisor's word about a caller of this owner."""

    call: str
    what: str
    """rank, move, take_out or notice."""
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Emptied:
    """Nobody is signed in any more at a reachable seat of a pool for which callers wait."""

    pool: str


@dataclass(frozen=True, slots=True)
class Superseded:
    """A waiting call of this owner has lost its place to a new call of the same number."""

    call: str
    by: str


InboxEvent = OfferMade | OfferLost | Superseded | Told | Emptied


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
    """Groups whose callers it may be offered."""
    pools: Mapping[str, int]
    """Pool → level, what it serves (see `routing.skills`): the groups, and lowered ones."""
    call: str
    """The caller who is offered to it or talks with it."""
    until: float | None
    """End of the offer or of the wrap-up."""
    after_call: SeatState | None
    """What the agent asked for while busy: SIGNED_OUT or NOT_READY once the call has ended."""
    owner: str = ""
    """The node that has the call which is offered to it or in which it talks, "" for none."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A caller in a list."""

    call: str
    priority: int
    """Points."""
    slope: float
    enqueued_at: float
    score: float
    """Points at the time of asking."""
    also: tuple[str, ...] = ()
    """Pools that widening added."""


@dataclass(frozen=True, slots=True)
class PoolView:
    """How a pool is served, and by how many."""

    strategy: Strategy = Strategy.LONGEST_IDLE
    ring_several: int = 1
    paused: bool = False
    """Whether its own callers are held back."""
    seats: Mapping[SeatState, int] = field(default_factory=dict)
    """State → how many of its seats; states without any are left out."""
    staffed: int = 0
    """Seats at which somebody is signed in and whose phone can be reached."""


@dataclass(frozen=True, slots=True)
class GroupView:
    """One waiting list."""

    group: str
    waiting: int
    longest_wait: float
    """Seconds that the caller enqueued first has waited; 0 if nobody waits."""
    first: tuple[Waiting, ...]
    """The callers to be served next, in order."""
    pool: PoolView = PoolView()


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
        entry = orjson.loads(text)
        if entry["kind"] == "told":
            return Told(entry["call"], entry["what"], entry["facts"])
        if entry["kind"] == "emptied":
            return Emptied(entry["pool"])
        kind, call, token, seat = (entry[key] for key in ("kind", "call", "token", "seat"))
        if kind == "superseded":
            return Superseded(call, entry["by"])
        if kind == "offer_lost":
            return OfferLost(call, token, seat, LostBy(entry["reason"]))
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
                    why=read_why(entry["why"], entry["offered_at"]),
                )
            )
    except (TypeError, KeyError, ValueError) as error:
        raise ValueError(f"not an inbox entry: {text[:200]!r}") from error
    raise ValueError(f"unknown kind of inbox entry: {text[:200]!r}")


def read_why(why: Mapping[str, Any], now_ms: int) -> Mapping[str, Any]:
    """Read what an offer was decided from, into plain values of points and seconds."""
    strategy = Strategy(why["strategy"])
    return {
        "how": why["how"],
        "pool": why["pool"],
        "strategy": str(strategy),
        "score": to_points(why["score"]),
        "waited": to_seconds(why["waited"]),
        "callers": [[call, to_points(score)] for call, score in why["callers"]],
        "seats": [[seat, _measure(strategy, int(turn), now_ms)] for seat, turn in why["seats"]],
        "counts": {state: count for state, count in why["counts"].items() if count},
        "rejected": why.get("rejected", []),
    }


def _measure(strategy: Strategy, turn: int, now_ms: int) -> float:
    """What the strategy compares: calls taken, the level, or seconds since idle or last offered."""
    match strategy:
        case Strategy.FEWEST_CALLS:
            return turn // BAND
        case Strategy.LEVEL_FIRST:
            return 9 - turn // BAND
        case Strategy.LONGEST_IDLE | Strategy.ROUND_ROBIN:
            return to_seconds(now_ms - turn)


def read_pool(fields: Mapping[str, str]) -> PoolView:
    """Read the hash of a pool; an empty one is that of a pool nobody has spoken of."""
    counts = {name[6:]: int(value) for name, value in fields.items() if name.startswith("seats:")}
    staffed = counts.pop("staffed", 0)
    return PoolView(
        strategy=Strategy(fields.get("strategy", Strategy.LONGEST_IDLE)),
        ring_several=int(fields.get("ring_several", 1)),
        paused=fields.get("paused") == "1",
        seats={SeatState(state): count for state, count in counts.items() if count},
        staffed=staffed,
    )


def read_caller(call: str, fields: Sequence[str | None], now: float) -> Waiting:
    """Read what a snapshot has of a caller: priority, slope, since, also."""
    priority, slope, since, also = fields
    numbers = int(priority or 0), int(slope or 0), int(since or 0)
    return Waiting(
        call=call,
        priority=numbers[0],
        slope=numbers[1] / 100,
        enqueued_at=to_seconds(numbers[2]),
        score=to_points(score(*numbers, to_ms(now))),
        also=tuple(orjson.loads(also)) if also else (),
    )


def read_seat(seat: str, fields: Mapping[str, str]) -> SeatView:
    """Read the hash of a seat."""
    pools = dict(sorted(orjson.loads(fields["pools"]).items()))
    return SeatView(
        seat=seat,
        agent=fields["agent"],
        state=SeatState(fields["state"]),
        since=to_seconds(fields["since"]),
        reason=fields["reason"],
        reachable=fields["reachable"] == "1",
        home=fields.get("home", ""),
        groups=tuple(pool for pool in pools if LEVEL_MARK not in pool),
        pools=pools,
        call=fields.get("call", ""),
        until=to_seconds(fields["until"]) if "until" in fields else None,
        after_call=SeatState(fields["after_state"]) if "after_state" in fields else None,
        owner=fields.get("owner", ""),
    )
