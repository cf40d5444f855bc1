"""The transitions of calls that are being controlled."""

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

_TALKS = (S.TALKING, *sorted(CONTROLLED))
ANYWHERE = (*_TALKS, S.FORWARDED, S.WAITING, S.AFTER_TALK, S.SURVEY, S.CLOSING, S.ENDING)
"""Where a talk may be led: by a verb, by somebody who picks up or does not, by a seat that goes."""


def _controlled(state: State) -> tuple[Row, ...]:
    """A talk that is being controlled. One that is not, and one that is plain again behind a
    move, goes the plain way."""

    def both(plain: Any, controlled: Any) -> Any:
        return c.either(plain, controlled) if state is S.TALKING else controlled

    ended = (S.FAREWELL, S.ENDED, S.CLEARING)
    return rows(
        (state, on.Control, ANYWHERE, control, "what was asked for"),
        (state, on.SeatAnswered, ANYWHERE, both(h.late_seat, c.parked), "music, or a voice"),
        (state, on.CallerBack, ANYWHERE, both(h.caller_back, c.parked), "music, or the survey"),
        (state, on.Bridged, ANYWHERE, both(h.ignore, c.bridged), "two hear each other"),
        (state, on.Joined, (state,), both(h.ignore, c.joined), "all hear each other"),
        (state, on.BridgeFailed, ANYWHERE, both(h.ignore, c.bridge_failed), "the list, or why"),
        (state, on.SeatGone, ANYWHERE, both(h.seat_left, c.leg_over), "others talk on, or none"),
        (state, on.SeatFailed, ANYWHERE, both(h.other_leg_failed, c.leg_over), "who is next, why"),
        (state, on.TimerDue, ANYWHERE, both(h.ignore, c.due), "the same; music again"),
        (state, on.Claimed, ANYWHERE, c.claimed, "a seat's phone rings"),
        (state, on.NotClaimed, ANYWHERE, c.not_claimed, "who is next, or why nobody is"),
        (state, on.Offered, (state,), both(h.late_offer, c.offered), "somebody of a group is rung"),
        (state, on.OfferLost, ANYWHERE, both(h.ignore, c.offer_lost), "that phone stops"),
        (state, on.QueueFailed, ANYWHERE, c.queue_failed, "that nobody can be found"),
        (state, on.Played, (state,), both(h.ignore, c.played), "each other; music again"),
        (state, on.CallerGone, ended, fw.caller_gone, "who is left is told; nothing rings on"),
        (state, on.SwitchRefused, (S.ENDING,), c.switch_refused, "hung up; written as failed"),
    )


_CONTROL = tuple(row for state in _TALKS for row in _controlled(state))
_NO_CONTROL = (
    tuple(
        Row(state, on.Control, (state,), not_now, "nothing")
        for state in State
        if state not in CONTROLLED | {S.TALKING, S.ARRIVED, S.ENDED}
    )
    + tuple(
        row
        for state in State
        if state not in CONTROLLED | {S.TALKING, S.CALLING, S.ARRIVED, S.ENDED}
        for row in rows(
            (state, on.Claimed, (state,), c.give_back, "nothing rings"),
            (state, on.NotClaimed, (state,), h.ignore, "nothing"),
        )
    )
    + tuple(
        Row(state, on.Joined, (state,), h.ignore, "nothing: on the way out of it")
        for state in State
        if state not in CONTROLLED | {S.TALKING, S.FAREWELL, S.ARRIVED, S.ENDED}
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
