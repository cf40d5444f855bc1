"""The transitions of calls that are being controlled: what follows a verb, and what may cross it."""

from __future__ import annotations

from typing import Any

from routing.callflow import events as on
from routing.callflow import handlers as h
from routing.callflow.handlers import controlled as c
from routing.callflow.handlers import farewell as fw
from routing.callflow.handlers.control import control, not_now
from routing.callflow.rows import Row, rows
from routing.callflow.states import CONTROLLED, State

S = State

_TALK_OVER = (S.SURVEY, S.CLOSING, S.AFTER_TALK)
_TOGETHER = (S.CONFERENCE, S.CONSULTING, S.TRANSFERRING)
"""Who talks once somebody who was looked for has picked up."""
_SEAT_GONE = (S.TRANSFERRING, S.TALKING, S.FORWARDED, S.CONFERENCE, S.WAITING, *_TALK_OVER)
"""Where a call may be led that its seat leaves."""
_NOT_REACHED = (S.TALKING, S.WAITING, S.FORWARDED, S.CONFERENCE, *_TALK_OVER)
"""Where a call may be led when nobody was found, or whoever was has left."""


def _controlled(state: State) -> tuple[Row, ...]:
    """A talk that is being controlled. In plain talks, and at the end of each move, TALKING is as
    it always was."""
    here = (state,)

    def both(plain: Any, controlled: Any) -> Any:
        return c.either(plain, controlled) if state is S.TALKING else controlled

    settled = (S.TALKING, S.FORWARDED) if state is S.TRANSFERRING else ()
    survey = (S.SURVEY, S.CLOSING) if state is S.TALKING else ()
    after = (S.AFTER_TALK,) if state is S.TALKING else ()

    def to(*states: State) -> tuple[State, ...]:
        return tuple(dict.fromkeys((*here, *states)))

    return rows(
        (state, on.Control, to(*CONTROL_LEADS), control, "what was asked for"),
        (
            state,
            on.SeatAnswered,
            to(*_TOGETHER, *settled),
            both(h.late_seat, c.parked),
            "music, or somebody else's voice",
        ),
        (
            state,
            on.CallerBack,
            to(*survey),
            both(h.caller_back, c.parked),
            "music, or the survey behind a talk",
        ),
        (state, on.Bridged, to(*settled), both(h.ignore, c.bridged), "two hear each other"),
        (state, on.Joined, here, both(h.ignore, c.joined), "all hear each other"),
        (
            state,
            on.BridgeFailed,
            to(*_NOT_REACHED),
            both(h.ignore, c.bridge_failed),
            "the seat alone again, or the list",
        ),
        (
            state,
            on.SeatGone,
            to(*after, *_SEAT_GONE),
            both(h.seat_left, c.leg_over),
            "the talk is over, or goes on with others",
        ),
        (
            state,
            on.SeatFailed,
            to(*_NOT_REACHED, S.CONSULT_RINGING, S.TRANSFERRING),
            both(h.other_leg_failed, c.leg_over),
            "the next phone rings, or the seat is told and is back with the caller",
        ),
        (
            state,
            on.TimerDue,
            to(*_NOT_REACHED, S.TRANSFERRING),
            both(h.ignore, c.due),
            "the same; music again; back to the list",
        ),
        (state, on.Claimed, to(S.CONSULT_RINGING, S.TRANSFERRING), c.claimed, "a phone rings"),
        (
            state,
            on.NotClaimed,
            to(*_NOT_REACHED, S.CONSULT_RINGING, S.TRANSFERRING),
            c.not_claimed,
            "the next phone rings, or why it does not",
        ),
        (state, on.Offered, here, both(h.late_offer, c.offered), "somebody of the group is rung"),
        (state, on.OfferLost, to(*_NOT_REACHED), both(h.ignore, c.offer_lost), "that phone stops"),
        (state, on.QueueFailed, to(*_NOT_REACHED), c.queue_failed, "that nobody can be found"),
        (state, on.Played, here, both(h.ignore, c.played), "caller and seat again; music again"),
        (
            state,
            on.CallerGone,
            (S.FAREWELL, S.ENDED, S.CLEARING),
            fw.caller_gone,
            "who talked or waited is told; nothing rings on",
        ),
        (state, on.SwitchRefused, (S.ENDING,), c.switch_refused, "hung up; written down as failed"),
    )


CONTROL_LEADS = (
    S.TALKING,
    *sorted(CONTROLLED),
    S.WAITING,
    S.FORWARDED,
    *_TALK_OVER,
)
_CONTROL = tuple(row for state in (S.TALKING, *sorted(CONTROLLED)) for row in _controlled(state))
_NO_CONTROL = (
    tuple(
        Row(state, on.Control, (state,), not_now, "nothing")
        for state in State
        if state not in CONTROLLED | {S.TALKING, S.ENDED}
    )
    + tuple(
        row
        for state in State
        if state not in CONTROLLED | {S.TALKING, S.ENDED}
        for row in rows(
            (state, on.Claimed, (state,), c.give_back, "nothing rings"),
            (state, on.NotClaimed, (state,), h.ignore, "nothing"),
        )
    )
    + tuple(
        Row(state, on.Joined, (state,), h.ignore, "nothing: on the way out of it")
        for state in State
        if state not in CONTROLLED | {S.TALKING, S.FAREWELL, S.ENDED}
    )
)
_FAREWELL = rows(
    (S.FAREWELL, on.SeatAnswered, (S.FAREWELL,), fw.parked, "that the caller has gone"),
    (S.FAREWELL, on.Bridged, (S.FAREWELL,), fw.elsewhere, "nothing"),
    (S.FAREWELL, on.Joined, (S.FAREWELL,), fw.elsewhere, "nothing"),
    (S.FAREWELL, on.BridgeFailed, (S.FAREWELL,), h.ignore, "nothing"),
    (S.FAREWELL, on.Played, (S.FAREWELL,), fw.told, "hung up"),
    (S.FAREWELL, on.SeatGone, (S.ENDED, S.FAREWELL), fw.leg_over, "nothing"),
    (S.FAREWELL, on.SeatFailed, (S.ENDED, S.FAREWELL), fw.leg_over, "nothing"),
    (S.FAREWELL, on.TimerDue, (S.CLEARING, S.FAREWELL), fw.due, "hung up"),
    (S.FAREWELL, on.Offered, (S.FAREWELL,), h.late_offer, "nothing rings"),
    (S.FAREWELL, on.OfferLost, (S.FAREWELL,), h.ignore, "nothing"),
    (S.FAREWELL, on.QueueFailed, (S.FAREWELL,), h.ignore, "nothing"),
    (S.FAREWELL, on.CallerGone, (S.FAREWELL,), h.ignore, "nothing: told already"),
)

CONTROL_ROWS = _CONTROL + _NO_CONTROL + _FAREWELL
