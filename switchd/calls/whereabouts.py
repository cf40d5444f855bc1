"""Where the legs of a controlled call are, from what the switch shows after a break."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from routing.callflow import Call, State
from routing.callflow import events as on
from routing.callflow.handlers.farewell import farewell_execution


def told_again(call: Call, living: Mapping[str, str]) -> Iterator[on.Event]:
    """Tell where each leg is that a call under control has been moving, and that whatever was
    being said to its seat is over."""
    for leg in call.spots:
        match living.get(leg):
            case None:
                continue
            case "talk":
                yield on.Bridged(leg)
            case "conference":
                yield on.Joined(leg)
            case _:
                yield on.CallerBack() if leg == call.id else on.SeatAnswered(leg)
    if call.telling:
        yield on.Played(call.telling, failed=True)
    if call.state is State.FAREWELL:
        for leg in call.spots:
            yield on.Played(farewell_execution(leg), failed=True)
