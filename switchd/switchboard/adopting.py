"""A talk that an earlier owner left behind, from what its legs say.

An owner writes onto the caller's leg what it has done, after it has done it. So the legs may be one
step ahead: they talk, and nobody has written that down; or they are parked, on their way from one
talk to another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from routing.callflow import events as on
from routing.callflow.positions import At, Spot
from routing.callflow.states import CONTROLLED, State
from switchd.switchboard.incoming import CALLED_BACK, DIALLING, arrival_of, kind_of
from switchd.switchboard.legs import Legs, Variable

_Still = Callable[[str, tuple[on.Third, ...]], bool]
"""Whether a call can go on in its state, with this seat's leg and these others."""
_GOES_ON: dict[State, _Still] = {
    State.TALKING: lambda seat, thirds: bool(seat),
    State.HELD: lambda seat, thirds: bool(seat),
    State.CONSULT_RINGING: lambda seat, thirds: bool(seat),
    State.CONSULTING: lambda seat, thirds: bool(seat or thirds),
    State.CONFERENCE: lambda seat, thirds: True,
    State.PARKED: lambda seat, thirds: True,
    State.TRANSFERRING: lambda seat, thirds: bool(thirds),
    State.FORWARDED: lambda seat, thirds: bool(thirds),
}
"""What a state that an owner writes down needs. Without it the caller is found parked, and is led
on by `incoming.found`."""
_PARTNERS = ("seat", "forward", DIALLING)
"""variable_switchd_kind of the legs with which a caller can talk, but for lines."""


def talk_of(leg: str, legs: Legs) -> on.Talking | on.Controlled | None:
    """Tell in what talk a caller's leg is; None if it is in none that can go on."""
    variable = legs.variables(leg)
    if variable("switchd_kind") not in ("caller", CALLED_BACK):
        return None
    written = variable("switchd_state")
    state = State(written) if written in _GOES_ON else None
    seat = _alive(variable("switchd_offer"), legs) if state else ""
    thirds = tuple(_thirds(variable, legs)) if state else ()
    known = {seat, *(third.leg for third in thirds)}
    other = legs.other(leg)
    if other and other not in known:
        return _with_stranger(leg, other, state, legs)
    if state is None or not _GOES_ON[state](seat, thirds):
        return None
    talk = _talk(leg, seat, variable("switchd_seat"), variable("switchd_agent"), legs)
    muted = variable("switchd_muted") == "yes"
    if state is State.TALKING and other == seat and not (thirds or muted):
        return talk
    there = [one for one in (leg, *known) if one]
    return on.Controlled(
        talk,
        state,
        {one: legs.spot(one) for one in there},
        thirds,
        variable("switchd_swapped") == "yes",
        muted,
        variable("switchd_parked_by"),
    )


def _alive(leg: str, legs: Legs) -> str:
    return leg if leg in legs else ""


def _thirds(variable: Variable, legs: Legs) -> Iterator[on.Third]:
    columns = [variable(f"switchd_third{part}").split(",") for part in ("", "_role", "_name")]
    agents = variable("switchd_third_agent").split(",")
    for number, (leg, role, name) in enumerate(zip(*columns, strict=False)):
        if leg and leg in legs:
            yield on.Third(leg, role, name, agents[number] if number < len(agents) else "")


def _with_stranger(
    leg: str, other: str, state: State | None, legs: Legs
) -> on.Talking | on.Controlled | None:
    """The caller talks with somebody of whom nothing is written down yet."""
    variable = legs.variables(other)
    kind, seat = variable("switchd_kind"), variable("switchd_seat")
    if kind in ("seat", "nailed", DIALLING) and (state is None or state is State.TALKING):
        return _talk(leg, other, seat, "", legs, begins=state is None)
    if kind not in _PARTNERS:
        return None
    role = "outside" if state in CONTROLLED else ""
    third = on.Third(other, role, seat or str(legs.headers(other).get(_NUMBER, "")))
    goes_on = State.TRANSFERRING if state in CONTROLLED else State.FORWARDED
    spots = {leg: Spot(At.BRIDGED, other), other: Spot(At.BRIDGED, leg)}
    caller = legs.variables(leg)
    talk = _talk(leg, "", caller("switchd_seat"), caller("switchd_agent"), legs)
    return on.Controlled(talk, goes_on, spots, (third,))


_NUMBER = "Caller-Destination-Number"


def _talk(
    leg: str, seat_leg: str, seat: str, agent: str, legs: Legs, *, begins: bool = False
) -> on.Talking:
    variable = legs.variables(leg)
    bridged = int(legs.headers(leg).get("Caller-Channel-Bridged-Time") or 0) / 1_000_000
    answered = variable("switchd_answered_at")
    answered_at = bridged if begins or not answered else float(answered)
    queued = variable("switchd_queued_at")
    return on.Talking(
        arrival_of(variable),
        float(queued) if queued else answered_at,
        answered_at,
        seat_leg,
        seat,
        agent,
        variable("switchd_group"),
        "" if begins else variable("switchd_recording"),
        variable("switchd_callback") if variable("switchd_kind") == CALLED_BACK else "",
        kind_of(variable),
        variable("switchd_called_seat"),
        variable("switchd_called_agent"),
    )
