"""How soon the next caller reaches a seat: switchd against mod_callcenter in the same FreeSWITCH.

Real SIP on loopback, the same seats for both, no wrap-up, longest idle seat first. Measured at the
seats' phones:

- callers wait: from a seat's hangup (its BYE is confirmed) to the next INVITE at the same seat,
- a seat is free: from entering the queue to the INVITE. Entering is when mod_callcenter's
  application begins, and for switchd when the daemon has decided that the caller queues.

Needs a FreeSWITCH with mod_callcenter and SIPp; without them it says so and measures nothing.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from bench.figures import Figure
from bench.switch import RIVAL, Switch, why_not
from switchd.demo.telephones.sipp import Phone, until
from switchd.records.store import Store

HOTLINE = "12345"
SETTLE_SECONDS = 5.0


def run(quick: bool = False) -> list[Figure]:
    """Measure both at 10 seats with 40 waiting, and at 100 seats with 500 waiting."""
    missing = why_not()
    if missing:
        raise SystemExit(f"callcenter: {missing}")
    seconds = 15.0 if quick else 60.0
    figures = list(_compared(10, 40, 3.0, seconds))
    return figures + list(_compared(100, 500, 20.0, seconds))


def _compared(seats: int, waiting: int, talk: float, seconds: float) -> Iterator[Figure]:
    with (
        tempfile.TemporaryDirectory(prefix="switchd-bench-") as name,
        closing(Switch(Path(name), seats, talk)) as switch,
    ):
        with switch.rival(), switch.ear() as ear:
            rival_gaps = _busy(switch, RIVAL, seats + waiting, seconds)
            ear.entered.clear()
            invited = _quiet(switch, RIVAL, seconds)
            rival_offers = _delays(ear.entered, invited)
        with switch.hotline():
            gaps = _busy(switch, HOTLINE, seats + waiting, seconds)
            began = time.time()
            invited = _quiet(switch, HOTLINE, seconds)
            offers = _delays(_entered(switch, began, len(invited)), invited)
    size = f"{seats} seats, {waiting} waiting"
    yield from _pair(f"hangup to next INVITE ({size})", gaps, rival_gaps)
    yield from _pair(f"new caller to INVITE ({seats} seats, some free)", offers, rival_offers)


def _pair(what: str, ours: list[float], theirs: list[float]) -> Iterator[Figure]:
    yield Figure(f"{what}: measured, switchd", len(ours), "times")
    yield Figure(f"{what}: measured, mod_callcenter", len(theirs), "times")
    for share, name in ((0.5, "p50"), (0.99, "p99")):
        mine, rival = _at(ours, share) * 1000, _at(theirs, share) * 1000
        yield Figure(f"{what}, {name}: mod_callcenter", rival, "ms")
        yield Figure(f"{what}, {name}: switchd", mine, "ms", "mod_callcenter", rival / mine)


def _busy(switch: Switch, dialled: str, callers: int, seconds: float) -> list[float]:
    """Keep the queue full for so long; return the pauses of each seat between two calls."""
    call = switch.telephones.call(
        "02160000001", dialled, times=1_000_000, at_once=callers, per_second=40.0
    )
    full = callers / 40.0 + SETTLE_SECONDS
    _pass(full)
    began = time.time()
    _pass(seconds)
    ended = time.time()
    pauses = [pause for phone in switch.phones for pause in _pauses(phone, began, ended)]
    switch.telephones.clear_away(call)
    switch.empty()
    return pauses


def _pauses(phone: Phone, began: float, ended: float) -> Iterator[float]:
    """From a hangup to the next call, seat by seat."""
    seat_of: dict[int, str] = {}
    free_since: dict[str, float] = {}
    for heard in phone.heard:
        if heard.what.startswith("seat"):
            seat = seat_of[heard.call] = _user(heard.what)
            if seat in free_since and began <= free_since[seat] and heard.at <= ended:
                yield heard.at - free_since[seat]
            free_since.pop(seat, None)
        elif heard.what == "hung up":
            free_since[seat_of[heard.call]] = heard.at


def _user(header: str) -> str:
    return header.split("sip:", 1)[1].split("@", 1)[0]


def _quiet(switch: Switch, dialled: str, seconds: float) -> list[float]:
    """One caller after the other with seats free; return when each reached a phone."""
    before = time.time()
    times = int(seconds)
    call = switch.telephones.call("02160000002", dialled, times=times, per_second=1.0)
    until(lambda: len(_invited(switch, before)) >= times, seconds + 60)
    invited = sorted(_invited(switch, before))
    switch.telephones.clear_away(call)
    switch.empty()
    return invited


def _invited(switch: Switch, since: float) -> list[float]:
    return [
        heard.at
        for phone in switch.phones
        for heard in phone.heard
        if heard.what.startswith("called") and heard.at >= since
    ]


def _entered(switch: Switch, since: float, count: int) -> list[float]:
    """When the daemon's callers entered the queue, from their records."""
    with closing(Store(f"sqlite:///{switch.state / 'records.sqlite3'}")) as store:

        def found() -> list[float]:
            records = (r for r in store.recent(count + 100) if r.arrived_at >= since)
            return [record.queued_at for record in records if record.queued_at is not None]

        until(lambda: len(found()) >= count, 60)
        return sorted(found())


def _delays(entered: list[float], invited: list[float]) -> list[float]:
    """Callers come one at a time, so the first who entered was invited first."""
    return [to - since for since, to in zip(sorted(entered), invited, strict=False)]


def _pass(seconds: float) -> None:
    """Let the load run."""
    time.sleep(seconds)


def _at(values: list[float], share: float) -> float:
    """The value below which `share` of them lie; a measurement without values is an error."""
    if not values:
        raise RuntimeError("nothing was measured")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
