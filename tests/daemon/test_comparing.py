"""A link that is up is looked over: what no event has told is repaired at the second look."""

from __future__ import annotations

from itertools import count
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import MagicMock

import gevent
import pytest

from routing.callflow import Call, State
from routing.callflow import events as on
from routing.record import LegRecord
from switchd.comparing import Comparing
from switchd.lookout import Oddities
from switchd.switchboard import turns
from switchd.switchboard.turns import Turns
from tests.calls.house import wait_until
from tests.switchboard.taken_over import Switch

WAITING = {
    "switchd_kind": "caller",
    "switchd_called": "12345",
    "switchd_state": "waiting",
    "switchd_queued_at": "100.0",
    "switchd_group": "intake",
}

TALKING = {**WAITING, "switchd_state": "talking", "switchd_offer": "seat", "switchd_seat": "1001"}


class Lines(set[str]):
    """None is kept open."""

    def real(self, leg: str) -> str:
        return leg


class House:
    """A daemon with calls in progress; notes what it is told. It knows the legs of its calls."""

    def __init__(self, switch: Switch) -> None:
        self.switch = switch
        self.open: list[Call] = []
        self.mine: set[str] = set()
        self.needed: set[str] = set()
        self.told: list[tuple[Any, ...]] = []
        self.leaves_when_found = False
        self.seat_left_at: float | None = None
        """When calls that are taken over have heard of the end of their seat's leg."""
        self.seats: dict[str, str] = {}
        """Seat's leg → call."""
        desk = SimpleNamespace(
            calls=lambda: iter(self.open),
            waits_for=lambda leg: leg in self.needed,
            missed=lambda calls, doing, cause: self.told.append(("missed", *calls, cause)),
            call_on=self.call_on,
        )
        self.parts: Any = SimpleNamespace(
            desk=desk,
            lines=Lines(),
            supervisors=SimpleNamespace(monitoring=set()),
            left_alone=SimpleNamespace(compare_again=lambda legs, callers: None),
            observer=SimpleNamespace(instruments=SimpleNamespace(compared=lambda *told: None)),
            clock=SimpleNamespace(now=lambda: 1000.0),
            link=SimpleNamespace(connected=True, unanswered=0),
            compared=None,
        )
        parts, listener, handsets = (cast("Any", one) for one in (self.parts, self, None))
        self._comparing = Comparing(parts, handsets, listener)
        self._seen = Oddities()

    def knows(self, leg: str) -> bool:
        return leg in self.mine

    def call_on(self, leg: str) -> Call | None:
        call = self.seats.get(leg, leg)
        return next((one for one in self.open if one.id == call), None)

    def stray(self, leg: str, seat: str = "") -> None:
        self.told.append(("stray", leg))

    def found(self, leg: str, event: on.Found) -> None:
        self.told.append(("found", leg, type(event).__name__))
        self.open.append(Call(id=leg, arrived_at=0.0, state=State.WAITING))
        self.mine.add(leg)
        if self.leaves_when_found:
            self.switch.rows = [row for row in self.switch.rows if row["uuid"] != leg]

    def talks(self, leg: str, event: on.Talking | on.Controlled) -> None:
        self.told.append(("talks", leg, type(event).__name__))
        seat = event.leg if isinstance(event, on.Talking) else event.talk.leg
        legs = (LegRecord(seat, "seat", "1001", "1001", 0.0, 0.0, 0.0, self.seat_left_at, ""),)
        self.open.append(Call(id=leg, arrived_at=0.0, state=State.TALKING, legs=legs))
        self.seats[seat] = leg
        self.mine |= {leg, seat}
        if self.leaves_when_found:
            self.switch.rows = [row for row in self.switch.rows if row["uuid"] != seat]

    def looks(self) -> list[tuple[Any, ...]]:
        """Look over the link once more."""
        self._seen = self._comparing.look(cast("Any", self.switch), self._seen)
        return self.told


@pytest.fixture
def switch() -> Switch:
    return Switch()


@pytest.fixture
def house(switch: Switch) -> House:
    return House(switch)


class TestTheSecondLook:
    def test_ends_a_call_whose_caller_has_gone_unheard(self, house: House) -> None:
        house.open = [Call(id="caller", arrived_at=0.0, state=State.WAITING)]
        assert house.looks() == []
        assert house.looks() == [("missed", "caller", "UNCONFIRMED")]
        assert house.parts.compared.found == {"repaired": 1}

    def test_brings_back_a_caller_on_whom_nobody_works(self, house: House, switch: Switch) -> None:
        switch.has("caller", "playback", **WAITING)
        assert house.looks() == []
        assert ("found", "caller", "Resumed") in house.looks()
        assert house.parts.compared.found == {"adopted": 1}

    def test_ends_the_call_of_one_who_hung_up_while_it_was_brought_back(
        self, house: House, switch: Switch
    ) -> None:
        """The end was told when nobody worked on the leg."""
        switch.has("caller", "playback", **WAITING)
        house.looks()
        house.leaves_when_found = True
        house.looks()
        wait_until(lambda: ("missed", "caller", "UNCONFIRMED") in house.told)

    def test_makes_up_for_the_end_of_a_seat_that_was_told_before_anybody_listened(
        self, house: House, switch: Switch
    ) -> None:
        """FreeSWITCH's list still had it when the talk was taken over."""
        switch.talk("caller", "seat", **TALKING)
        house.looks()
        house.leaves_when_found = True
        house.looks()
        wait_until(lambda: ("missed", "caller", "UNCONFIRMED") in house.told)
        assert ("talks", "caller", "Talking") in house.told

    def test_makes_up_for_the_end_of_a_call_that_went_on_while_nobody_could_hear(
        self, house: House, switch: Switch
    ) -> None:
        """It ended just before FreeSWITCH was heard again, and was still in the list."""
        house.open = [Call(id="caller", arrived_at=0.0, state=State.WAITING)]
        house.mine = {"caller"}
        switch.has("caller", "playback", **WAITING)
        switch.has("stranger", "playback", **WAITING)
        house.looks()
        house.looks()
        switch.rows = [row for row in switch.rows if row["uuid"] != "caller"]
        wait_until(lambda: ("missed", "caller", "UNCONFIRMED") in house.told)

    def test_makes_up_for_nothing_that_was_heard(self, house: House, switch: Switch) -> None:
        switch.talk("caller", "seat", **TALKING)
        switch.has("stranger", "playback", **WAITING)
        house.looks()
        house.leaves_when_found, house.seat_left_at = True, 1000.5
        house.looks()
        wait_until(lambda: ("missed", "stranger", "UNCONFIRMED") in house.told)
        assert ("missed", "caller", "UNCONFIRMED") not in house.told

    def test_brings_back_a_caller_who_was_listed_in_a_talk_that_was_over(
        self, house: House, switch: Switch
    ) -> None:
        switch.has("caller", "", state="CS_EXCHANGE_MEDIA", bridge_uuid="gone", **WAITING)
        house.looks()
        assert ("found", "caller", "Resumed") not in house.looks()
        switch.rows.clear()
        switch.has("caller", "playback", **WAITING)
        wait_until(lambda: ("found", "caller", "Resumed") in house.told)

    def test_stops_a_phone_that_rings_for_nobody(self, house: House, switch: Switch) -> None:
        switch.has("seat", "", switchd_kind="seat")
        house.mine.add("seat")
        assert house.looks() == []
        assert ("stray", "seat") in house.looks()

    def test_changes_nothing_where_all_is_well(self, house: House, switch: Switch) -> None:
        switch.has("caller", "playback", **WAITING)
        house.mine.add("caller")
        house.open = [Call(id="caller", arrived_at=0.0, state=State.WAITING)]
        assert house.looks() == house.looks() == []
        assert house.parts.compared is None


@pytest.fixture
def parts() -> MagicMock:
    parts = MagicMock(name="parts")
    parts.clock.now.return_value = 1000.0
    parts.link.unanswered, parts.link.silent_seconds = 0, 7.0
    parts.desk.calls.return_value = ()
    return parts


@pytest.fixture
def link() -> MagicMock:
    """To a switch without a leg."""
    link = MagicMock(connected=True)
    link.api.return_value = '{"row_count": 0}'
    return link


class TestASwitchThatIsNotHeard:
    def test_no_seat_is_blamed_from_its_last_word_on(self, parts: MagicMock) -> None:
        comparing = Comparing(parts, MagicMock(), MagicMock())
        comparing.link_down()
        comparing.absolve()
        parts.waitlist.absolve.assert_called_once_with(993.0, 1000.0)

    def test_who_was_let_in_since_is_not_forgotten(self, parts: MagicMock, link: MagicMock) -> None:
        """Redis had still to be asked about the caller when the switch was lost."""
        comparing = Comparing(parts, MagicMock(), MagicMock())
        parts.desk.calls.return_value = []
        comparing.link_down()
        calls = [MagicMock(id="late", state=State.ANSWERING), MagicMock(state=State.CALLING)]
        parts.desk.calls.return_value = calls
        comparing.link_up(link)
        wait_until(lambda: parts.desk.missed.called)
        comparing.stop()
        assert parts.desk.missed.call_args.args[0] == {"late"}

    def test_keeps_no_phone_waiting_whose_call_ended_meanwhile(
        self, parts: MagicMock, link: MagicMock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(turns, "PARTING_SECONDS", 60.0)
        parts.turns = Turns()
        comparing = Comparing(parts, MagicMock(), MagicMock())
        parts.turns.comes("1001", "a")
        comparing.link_down()
        comparing.link_up(link)
        wait_until(lambda: parts.waitlist.gathered.called)
        comparing.stop()
        with gevent.Timeout(5):
            assert parts.turns.comes("1001", "b")

    def test_until_it_is_heard_again(self, parts: MagicMock, link: MagicMock) -> None:
        """Offers that end while it is away are nobody's fault either; later ones are."""
        comparing = Comparing(parts, MagicMock(), MagicMock())
        comparing.link_down()
        parts.clock.now.return_value = 1060.0
        comparing.link_up(link)
        wait_until(lambda: parts.waitlist.gathered.called)
        comparing.absolve()
        comparing.stop()
        parts.waitlist.absolve.assert_called_once_with(993.0, 1060.0)


class TestCallersWhoArePutBack:
    """The order is that of their waits: nobody is matched until all of them are in the list."""

    def asked(self, parts: MagicMock) -> list[str]:
        steps = ("gather", "forgotten", "settle", "gathered")
        names = (call[0].rpartition(".")[2] for call in parts.mock_calls)
        return [name for name in names if name in steps]

    def test_when_redis_has_forgotten_them(self, parts: MagicMock) -> None:
        handsets, listener = MagicMock(), MagicMock()
        comparing = Comparing(parts, handsets, listener)
        comparing.queue_back()
        wait_until(lambda: "gathered" in self.asked(parts))
        assert self.asked(parts) == ["gather", "gather", "forgotten", "settle", "gathered"]

    def test_when_the_switch_is_heard_again(self, parts: MagicMock, link: MagicMock) -> None:
        comparing = Comparing(parts, MagicMock(), MagicMock())
        comparing.link_up(link)
        wait_until(lambda: "gathered" in self.asked(parts))
        comparing.stop()
        assert self.asked(parts) == ["gather", "forgotten", "settle", "gathered"]

    def test_a_comparison_that_fails_holds_nobody_up(self, parts: MagicMock) -> None:
        link = MagicMock(connected=True)
        handsets = MagicMock()
        handsets.reachable.side_effect = ValueError("not understood")
        comparing = Comparing(parts, handsets, MagicMock())
        comparing.link_up(link)
        wait_until(lambda: "gathered" in self.asked(parts))
        comparing.stop()
        assert self.asked(parts) == ["gather", "gathered"]

    def test_though_it_takes_longer_than_seats_are_kept_free(
        self, parts: MagicMock, link: MagicMock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        seconds = count(step=2)
        monkeypatch.setattr("switchd.comparing.ticking", lambda: next(seconds))
        comparing = Comparing(parts, MagicMock(), MagicMock())
        comparing.link_up(link)
        wait_until(lambda: "gathered" in self.asked(parts))
        comparing.stop()
        assert self.asked(parts) == ["gather", "forgotten", "gather", "settle", "gathered"]
