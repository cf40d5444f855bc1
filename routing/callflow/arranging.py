"""Brings the legs of a controlled call where its state wants them: see `positions`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from routing.callflow import actions as do
from routing.callflow.call import Call
from routing.callflow.positions import MOVING, PARKED, TO_PARK, At, Spot
from routing.callflow.states import State
from routing.replacing import replace

Result = tuple[Call, tuple[do.Action, ...]]
Spots = dict[str, Spot]

TIMER = "arrange"
"""Runs while a leg is on its way; then it is taken for arrived, or its bridge for failed."""
TELLING_SECONDS = 15.0
"""The longest that a seat is told something before it is back with the caller."""
MUSIC, RINGING = "music", "ringing"


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Who is to hear whom."""

    pair: frozenset[str] = frozenset()
    """The two that talk with each other."""
    room: frozenset[str] = frozenset()
    """Who talks with everybody."""
    music: frozenset[str] = frozenset()
    ringing: frozenset[str] = frozenset()
    """Who hears that somebody's phone rings."""


def laid_out(call: Call) -> Call:
    """Begin to follow the legs of a plain talk: caller and seat are bridged."""
    if call.spots or call.offer is None:
        return call
    seat = call.offer.token
    return replace(call, spots={call.id: Spot(At.BRIDGED, seat), seat: Spot(At.BRIDGED, call.id)})


def wanted(call: Call) -> Arrangement:
    """Say what the call's state asks for."""
    caller = frozenset({call.id})
    seat = frozenset({call.offer.token} if call.offer is not None else ())
    third = frozenset(party.leg for party in call.parties if party.answered)
    match call.state:
        case State.TALKING if call.tell or call.telling:
            return Arrangement(music=caller)
        case State.TALKING:
            return Arrangement(pair=caller | seat)
        case State.CONSULT_RINGING:
            return Arrangement(music=caller, ringing=seat)
        case State.CONSULTING if call.swapped:
            return Arrangement(pair=caller | seat, music=third)
        case State.CONSULTING:
            return Arrangement(pair=seat | third, music=caller)
        case State.CONFERENCE:
            return Arrangement(room=caller | seat | third)
        case State.TRANSFERRING if third:
            return Arrangement(pair=caller | third)
        case State.FAREWELL:
            return Arrangement()
    return Arrangement(music=caller)


def settle(call: Call) -> Result:
    """Give the next commands by which every leg comes where it should be."""
    goal, spots = wanted(call), dict(call.spots)
    moves = (*_apart(spots, goal), *_together(call, spots, goal))
    call, heard = _sounds(replace(call, spots=spots), goal)
    under_way = any(spot.at in MOVING for spot in call.spots.values())
    timer = do.SetTimer(TIMER, do.BRIDGE_SECONDS) if under_way else do.ClearTimer(TIMER)
    return call, (*moves, *heard, timer)


def _apart(spots: Spots, goal: Arrangement) -> tuple[do.Action, ...]:
    todo: list[do.Action] = []
    for leg, spot in list(spots.items()):
        if spots[leg].at is At.BRIDGED and frozenset({leg, spot.other}) != goal.pair:
            todo.append(do.Part(leg, spot.other))
            spots[leg] = TO_PARK
            if spot.other in spots:
                spots[spot.other] = TO_PARK
        if spots[leg].at is At.ROOM and leg not in goal.room:
            todo.append(do.Park(leg))
            spots[leg] = TO_PARK
    return tuple(todo)


def _together(call: Call, spots: Spots, goal: Arrangement) -> tuple[do.Action, ...]:
    if len(goal.pair) == 2 and all(_is_parked(spots, leg) for leg in goal.pair):
        # The caller's own leg, or else the seat's, is the one that the other is bridged to.
        one = call.id if call.id in goal.pair else call.offer.token if call.offer else ""
        (other,) = goal.pair - {one}
        spots[one], spots[other] = Spot(At.TO_BRIDGE, other), Spot(At.TO_BRIDGE, one)
        return (do.Bridge(other, "" if one == call.id else one),)
    todo = []
    for leg in [leg for leg in spots if leg in goal.room and _is_parked(spots, leg)]:
        spots[leg] = Spot(At.TO_ROOM)
        todo.append(do.Confer(leg, call.id))
    return tuple(todo)


def _is_parked(spots: Mapping[str, Spot], leg: str) -> bool:
    return leg in spots and spots[leg].at is At.PARKED


def _sounds(call: Call, goal: Arrangement) -> Result:
    """Music and ring tones for who is parked, and words for the seat."""
    todo: list[do.Action] = []
    for leg, spot in list(call.spots.items()):
        hears = MUSIC if leg in goal.music else RINGING if leg in goal.ringing else ""
        if spot.at is not At.PARKED or not hears or spot.hears == hears:
            continue
        interrupt = bool(spot.hears)
        call, execution = _execution(call, leg)
        if hears == MUSIC:
            todo.append(do.PlayMusic(call.music, execution, interrupt, _or_caller(call, leg)))
        else:
            todo.append(do.RingTone(leg, execution))
        call = _placed(call, leg, replace(spot, hears=hears))
    call, words = _words(call)
    return call, (*todo, *words)


def _words(call: Call) -> Result:
    seat = call.offer.token if call.offer is not None else ""
    spot = call.spots.get(seat)
    parked = spot is not None and spot.at is At.PARKED
    if call.state not in (State.TALKING, State.HELD) or not (call.tell and parked):
        return call, ()
    assert spot is not None
    call, execution = _execution(call, seat)
    tell = do.Tell(seat, call.tell, execution, interrupt=bool(spot.hears))
    call = replace(_placed(call, seat, replace(spot, hears="")), tell=(), telling=execution)
    return call, (tell, do.SetTimer("telling", TELLING_SECONDS))


def _execution(call: Call, leg: str) -> tuple[Call, str]:
    if leg == call.id:
        call = call.next_audio()
        return call, call.audio
    number = call.executions + 1
    return replace(call, executions=number), f"{leg}/{number}"


def _or_caller(call: Call, leg: str) -> str:
    return "" if leg == call.id else leg


def _placed(call: Call, leg: str, spot: Spot) -> Call:
    return replace(call, spots={**call.spots, leg: spot})


def arrived(call: Call, leg: str, at: At) -> Call:
    """Note that the switch has told of a leg's arrival; what is told late is passed over."""
    spot = call.spots.get(leg)
    if spot is None:
        return call
    spots = dict(call.spots)
    match at, spot.at:
        case At.PARKED, At.TO_PARK:
            spots[leg] = PARKED
        case At.PARKED, At.BRIDGED:
            # The other one has gone, as will be told, or is parked as well.
            spots[leg] = PARKED
            if spot.other in spots:
                spots[spot.other] = TO_PARK
        case At.PARKED, At.ROOM:
            spots[leg] = PARKED
        case At.BRIDGED, At.TO_BRIDGE if spot.other in spots:
            spots[leg] = Spot(At.BRIDGED, spot.other)
            spots[spot.other] = Spot(At.BRIDGED, leg)
        case At.ROOM, At.TO_ROOM:
            spots[leg] = Spot(At.ROOM)
    return replace(call, spots=spots)


def without_leg(call: Call, leg: str) -> Result:
    """Forget a leg that has ended; whoever was bridged with it is parked, or on the way there."""
    spots = {one: spot for one, spot in call.spots.items() if one != leg}
    todo: list[do.Action] = []
    for one, spot in list(spots.items()):
        if spot.other != leg:
            continue
        spots[one] = TO_PARK
        if spot.at is At.TO_BRIDGE:
            todo.append(do.Park(one))
    return replace(call, spots=spots), tuple(todo)


def in_time(call: Call) -> tuple[Call, frozenset[str]]:
    """The time for a move is over: who should be parked or in the conference is taken to be.

    Returns as well the two whose bridge did not come about.
    """
    failed = frozenset(leg for leg, spot in call.spots.items() if spot.at is At.TO_BRIDGE)
    there = {At.TO_PARK: PARKED, At.TO_ROOM: Spot(At.ROOM)}
    spots = {leg: there.get(spot.at, spot) for leg, spot in call.spots.items()}
    return replace(call, spots=spots), failed


def all_parked(call: Call) -> Result:
    """Have every leg parked, whatever it was told before."""
    todo = tuple(do.Park(leg) for leg in call.spots)
    return replace(call, spots=dict.fromkeys(call.spots, TO_PARK)), todo


def is_settled(call: Call) -> bool:
    """Tell whether every leg is where it should be and nobody is on the way."""
    goal = wanted(call)
    if any(spot.at in MOVING for spot in call.spots.values()):
        return False
    return not goal.pair or all(
        leg in call.spots and call.spots[leg].at is At.BRIDGED for leg in goal.pair
    )


def bring_back(call: Call) -> tuple[do.Action, ...]:
    """Give what parks the caller, wherever the leg is; nothing if it is parked or about to be."""
    spot = call.spots.get(call.id)
    if spot is None or spot.at in (At.PARKED, At.TO_PARK):
        return ()
    return (do.Park(call.id),)
