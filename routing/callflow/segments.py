"""What goes on from the first answer to the end of the talk, part by part, for the record."""

from __future__ import annotations

from routing.callflow.call import Call
from routing.callflow.states import ACCEPTED, QUEUED, State
from routing.record import Activity, Segment
from routing.replacing import replace

_ACTIVITIES = {
    State.TALKING: Activity.TALK,
    State.FORWARDED: Activity.TALK,
    State.HELD: Activity.HOLD,
    State.CONSULT_RINGING: Activity.CONSULT,
    State.CONSULTING: Activity.CONSULT,
    State.CONFERENCE: Activity.CONFERENCE,
    State.PARKED: Activity.PARK,
    State.TRANSFERRING: Activity.TRANSFER,
    **dict.fromkeys(QUEUED | (ACCEPTED - {State.TALKING}), Activity.WAIT),
}


def follow(call: Call, now: float) -> Call:
    """Begin a new part if other people do something else now; `now` in seconds since the epoch."""
    if call.answered_at is None:
        return call
    what = _ACTIVITIES.get(call.state)
    last = call.segments[-1] if call.segments else None
    is_open = last is not None and last.ended_at is None
    if what is None:
        return _ended(call, now) if is_open else call
    parties = _parties(call)
    if last is not None and is_open and (last.what, last.parties) == (what, parties):
        return call
    began = call.answered_at if last is None else now
    call = _ended(call, now)
    return replace(call, segments=(*call.segments, Segment(what, began, None, parties)))


def _ended(call: Call, now: float) -> Call:
    if not call.segments or call.segments[-1].ended_at is not None:
        return call
    *before, last = call.segments
    if last.began_at >= now:
        return replace(call, segments=tuple(before))
    return replace(call, segments=(*before, replace(last, ended_at=now)))


def _parties(call: Call) -> str:
    """The caller, the seat, and who else has picked up; a number passed on to is the last leg."""
    if call.state is State.FORWARDED:
        last = [leg.seat for leg in call.legs if leg.ended_at is None][-1:]
        return ",".join(("caller", *last))
    if _ACTIVITIES[call.state] is Activity.WAIT:
        return "caller"
    seat = (call.offer.seat,) if call.offer is not None else ()
    others = (party.name for party in call.parties if party.answered)
    return ",".join(("caller", *seat, *others))
