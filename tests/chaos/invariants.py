"""What must hold whatever dies. Pure checks: witnessed calls and what the daemon says, in; words
about what is wrong, out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Period = tuple[float, float]
"""Beginning and end, epoch seconds."""
CALLER, SEAT, SWITCH, CRASH = "caller", "seat", "switch", "crash"
"""Who ended something."""
TOGETHER_SECONDS = 1.0
NEW_SECONDS = 1.0
"""Who has arrived so lately need not be known yet."""


@dataclass
class Call:
    """A caller's call as the switch saw it. Times are epoch seconds."""

    id: str
    arrived_at: float
    answered_at: float | None = None
    talked: bool = False
    queued_at: float = 0.0
    """Since when it waited in the list, as its leg says; 0 if it never came there."""
    alone_since: float = 0.0
    """When the last phone that rang for it stopped."""
    ended_at: float | None = None
    ended_by: str = ""
    cause: str = ""


@dataclass
class Ring:
    """A seat's leg."""

    leg: str
    call: str
    seat: str
    began_at: float
    passed_over: tuple[str, ...] = ()
    """Callers who waited in front of this one when its phone began to ring."""
    ended_at: float | None = None


@dataclass
class Talk:
    """Two people, and who hung up."""

    call: str
    seat: str
    began_at: float
    ended_at: float | None = None
    ended_by: str = ""


@dataclass(frozen=True)
class Wrong:
    """Something that must not be."""

    rule: str
    call: str
    what: str
    other: str = ""
    """Another call that it concerns."""


def talks_cut(talks: Iterable[Talk]) -> list[Wrong]:
    """A talk ends when one of the two hangs up, or the switch itself dies."""
    return [
        Wrong("no conversation is cut", talk.call, f"the talk with seat {talk.seat} was ended")
        for talk in talks
        if talk.ended_by == SWITCH
    ]


def callers_lost(calls: Iterable[Call], excused: Collection[Period] = ()) -> list[Wrong]:
    """Nobody is hung up on before anybody talked with them, unless the switch itself dies.

    In an `excused` period the list takes nobody, and who comes there is told so. Who waited before
    goes on waiting.
    """
    return [
        Wrong("no caller is lost", call.id, f"hung up on with {call.cause} before any talk")
        for call in calls
        if call.ended_by == SWITCH and not call.talked and not _is_excused(call, excused)
    ]


def _is_excused(call: Call, periods: Collection[Period]) -> bool:
    ended_at = call.ended_at or 0.0
    return any(
        began <= ended_at <= ended and (not call.queued_at or call.queued_at >= began)
        for began, ended in periods
    )


def served_out_of_order(rings: Collection[Ring], now: float) -> list[Wrong]:
    """The caller with the highest score is served first; all have the same priority here.

    Phones that begin to ring within `TOGETHER_SECONDS` ring at once.
    """
    begun: dict[str, list[float]] = {}
    for ring in rings:
        begun.setdefault(ring.call, []).append(ring.began_at)
    return [
        Wrong("order is kept", ring.call, f"rang seat {ring.seat} before {other}", other)
        for ring in rings
        if now - ring.began_at > TOGETHER_SECONDS
        for other in ring.passed_over
        if not any(0 <= at - ring.began_at <= TOGETHER_SECONDS for at in begun.get(other, ()))
    ]


def rung_twice(rings: Iterable[Ring], collisions: Mapping[str, int]) -> list[Wrong]:
    """One phone at a time rings for a caller, and no phone rings that is in a call.

    For whom FreeSWITCH rings while no daemon is there, the phone's leg does not say.
    """
    found = []
    last: dict[str, Ring] = {}
    for ring in rings:
        if not ring.call:
            continue
        before = last.get(ring.call)
        if before is not None and (before.ended_at is None or before.ended_at > ring.began_at):
            what = f"seat {ring.seat} rang while {before.seat} did"
            found.append(Wrong("nobody rings twice", ring.call, what))
        last[ring.call] = ring
    busy = [seat for seat, number in collisions.items() if number]
    return found + [Wrong("nobody rings twice", "", f"seat {s} rang in a call") for s in busy]


def indicators_differ(redis: Mapping[str, Any], sql: Mapping[str, Any]) -> list[Wrong]:
    """The live figures of the day are those of the records."""
    return [
        Wrong("counts add up", "", f"{name}: Redis {redis.get(name)!r}, SQL {value!r}")
        for name, value in sql.items()
        if redis.get(name) != value
    ]


@dataclass(frozen=True)
class Scene:
    """One moment: what the switch has, and what the daemon in charge says."""

    now: float
    calls: Collection[Call]
    known: Mapping[str, str]
    """Calls that the daemon works on → state."""
    seats: Collection[Mapping[str, Any]]
    at_phone: Mapping[str, str]
    """Seat → the call that its phone rings for or talks in."""
    unwritten: Collection[str] = field(default=())
    """Calls that have ended and of which there is no record."""


def loose_ends(scene: Scene) -> list[Wrong]:
    """What is not in order at the moment. Much of that is on its way; what stays is wrong."""
    return [*_calls(scene), *_seats(scene), *_records(scene)]


def _calls(scene: Scene) -> Iterable[Wrong]:
    alive = {call.id for call in scene.calls if call.ended_at is None}
    for call in scene.calls:
        new = scene.now - call.arrived_at < NEW_SECONDS
        if call.ended_at is None and call.id not in scene.known and not new:
            yield Wrong("no caller is lost", call.id, "on the line, and nobody works on it")
    for ghost in scene.known.keys() - alive:
        yield Wrong("no ghost stays", ghost, f"worked on as {scene.known[ghost]}, but has ended")


def _seats(scene: Scene) -> Iterable[Wrong]:
    waiting = [call for call, state in scene.known.items() if state == "waiting"]
    for seat in scene.seats:
        name, state, call = seat["seat"], seat["state"], seat["call"]
        at_phone = scene.at_phone.get(name, "")
        rule = "no seat is stuck"
        if state in ("offered", "talking") and at_phone != call:
            yield Wrong(rule, call, f"seat {name} is {state}, its phone has {at_phone or 'none'}")
        elif state == "wrap_up":
            yield Wrong(rule, "", f"seat {name} is in wrap-up")
        elif state == "signed_out":
            yield Wrong(rule, "", f"seat {name} is signed out")
        elif not seat["reachable"]:
            yield Wrong(rule, "", f"seat {name} is said to be unreachable")
        elif state == "ready" and at_phone:
            yield Wrong(rule, at_phone, f"seat {name} is ready, its phone is in a call")
        elif state == "ready" and waiting:
            yield Wrong(rule, "", f"seat {name} is idle while callers wait")


def _records(scene: Scene) -> Iterable[Wrong]:
    for call in scene.unwritten:
        yield Wrong("one record per call", call, "no record of it")
