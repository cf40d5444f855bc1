"""What whoever follows the hotline is told of a call: one notice for each change that matters to a
seat's screen or to a wallboard, worked out from the call before and after a step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from routing.callflow import Call, State
from routing.callflow.parties import Party
from routing.record import CallKind

SILENT: Final = frozenset(
    {
        State.ARRIVED,
        State.ANSWERING,
        State.RINGING,
        State.WHISPER,
        State.STAFF_NUMBER,
        State.CONNECTING,
        State.AFTER_TALK,
        State.CALLBACK_NUMBER,
        State.CLOSING,
        State.ENDING,
        State.CLEARING,
    }
)
"""States that pass in a moment, or of which something else tells."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing that happened to a call."""

    kind: str
    """call.arrived, call.queued, call.offered, call.answered, …"""
    seat: str
    """The seat that has the call, or that is rung or not rung any more; "" if there is none."""
    facts: Mapping[str, Any]
    """Plain data."""


def notices(before: Call, after: Call) -> Iterator[Notice]:
    """Tell what has changed, in an order that makes sense."""
    if before.state is State.ARRIVED is not after.state:
        yield _notice("call.arrived", after, dialled=after.dialled, arrived_at=after.arrived_at)
    if after.queued_at is not None and (before.queued_at, before.group) != (
        after.queued_at,
        after.group,
    ):
        kind = "call.queued" if before.queued_at != after.queued_at else "call.moved"
        yield _notice(kind, after, queued_at=after.queued_at, priority=after.priority)
    yield from _of_offers(before, after)
    yield from _of_parties(before, after)
    if after.muted is not before.muted:
        yield _notice("call.muted" if after.muted else "call.unmuted", after)
    yield from _of_supervisors(before, after)
    if after.state is not before.state:
        yield from _of_state(before, after)


def _of_offers(before: Call, after: Call) -> Iterator[Notice]:
    """Tell whose phones ring, and whose do not any more without having been picked up."""
    had = {offer.token: offer for offer in before.offers}
    has = {offer.token: offer for offer in after.offers}
    for token, offer in had.items():
        if token not in has and before.answered_at is None:
            yield _notice("call.offer_ended", after, offer.seat)
    for token, offer in has.items():
        if token not in had and after.answered_at is None:
            facts = {"queued_at": after.queued_at, "until": offer.deadline}
            yield _notice("call.offered", after, offer.seat, **facts, **_of_hotline(after))


def _of_hotline(call: Call) -> dict[str, Any]:
    """What is to be known besides of a call that the hotline makes, before it is picked up."""
    if call.kind is CallKind.INCOMING:
        return {}
    return {"call_kind": str(call.kind), "callback": call.callback, "display": call.display}


def _of_parties(before: Call, after: Call) -> Iterator[Notice]:
    """Tell who is rung to be brought in, who has come in, and who is gone."""
    had = {party.leg: party for party in before.parties}
    has = {party.leg: party for party in after.parties}
    for leg, party in had.items():
        if leg not in has:
            yield _about("call.left" if party.answered else "call.offer_ended", after, party)
    for leg, party in has.items():
        if leg not in had:
            yield _about("call.offered", after, party)
        if party.answered and not (leg in had and had[leg].answered):
            yield _about("call.joined", after, party)


def _about(kind: str, call: Call, party: Party) -> Notice:
    return _notice(kind, call, party.name if party.offer else None, party=_shown(party))


def _shown(party: Party) -> dict[str, Any]:
    return {"role": str(party.role), "name": party.name, "answered": party.answered}


def _of_supervisors(before: Call, after: Call) -> Iterator[Notice]:
    """Tell who listens to the seat, how, and who has taken the call from it."""
    for step in after.trace[len(before.trace) :]:
        who = {"who": step.facts.get("by", ""), "seat": step.facts.get("at", "")}
        match step.what:
            case "supervisor.listens":
                mode = step.facts["mode"]
                yield _notice("call.supervised", after, supervisor={**who, "mode": mode})
            case "supervisor.listens_no_more":
                yield _notice("call.unsupervised", after, supervisor=who)
            case "supervisor.took_over":
                taken = {"who": who["who"], "seat": step.facts["seat"]}
                yield _notice("call.taken_over", after, step.facts["whose"], supervisor=taken)


def _of_state(before: Call, after: Call) -> Iterator[Notice]:
    match after.state:
        case State.WAITING if before.queued_at == after.queued_at:
            if before.answered_at is not None:
                yield _notice("call.queued", after, queued_at=after.queued_at)
        case State.TALKING if before.answered_at is None:
            yield _notice("call.answered", after, answered_at=after.answered_at)
        case State.ENDED:
            yield _notice(
                "call.ended",
                after,
                after.seat,
                outcome=after.outcome and str(after.outcome),
                cause=after.cause,
                ended_by=after.ended_by and str(after.ended_by),
            )
        case state if state not in SILENT | {State.WAITING}:
            yield _notice(f"call.{state}", after)


def _notice(kind: str, call: Call, seat: str | None = None, **facts: Any) -> Notice:
    common = {
        "state": str(call.state),
        "line": call.line_dialled,
        "group": call.group,
        "caller": call.caller,
        "seats": seats_of(call),
        "parties": [_shown(party) for party in call.parties],
    }
    if seat is None:
        seat = call.offer.seat if call.offer and call.answered_at is not None else ""
    return Notice(kind, seat, {**common, **facts})


def seats_of(call: Call) -> list[str]:
    """Give every seat that is rung for a call, has it or has been brought into it."""
    brought_in = {party.name for party in call.parties if party.offer is not None}
    return sorted({offer.seat for offer in call.offers} | {call.seat} - {""} | brought_in)
