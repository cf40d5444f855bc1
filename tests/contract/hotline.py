"""The switchboard of a hotline, and whoever listens to it, on one of the two houses."""

from __future__ import annotations

import wave
from collections.abc import Callable
from pathlib import Path

import gevent

from routing.callflow import events as on
from routing.entry import Arrival
from switchd.esl.link import Link
from switchd.prompts.library import PromptLibrary
from switchd.switchboard.incoming import EVENTS, SUBCLASSES, Ear
from switchd.switchboard.outgoing import FreeSwitch
from switchd.switchboard.turns import Turns
from tests.contract.client import PATIENCE
from tests.contract.house import House
from tests.contract.scene import CALLER


class Notes:
    """Listens for the daemon and writes down what it is told."""

    def __init__(self) -> None:
        self.arrivals: dict[str, Arrival] = {}
        self.phones: dict[str, bool] = {}
        self.told: list[tuple[str, on.Event]] = []
        self.legs: set[str] = set()

    def arrived(self, leg: str, arrival: Arrival) -> None:
        self.arrivals[leg] = arrival
        self.legs.add(leg)

    def code_dialled(self, leg: str, seat: str, code: str) -> None:
        raise AssertionError(f"nobody dials codes here: {code}")

    def number_dialled(self, leg: str, seat: str, number: str) -> None:
        raise AssertionError(f"nobody dials numbers here: {number}")

    def phone(self, seat: str, reachable: bool) -> None:
        self.phones[seat] = reachable

    def deliver(self, leg: str, event: on.Event) -> object:
        self.told.append((leg, event))
        return True

    def knows(self, leg: str) -> bool:
        return leg in self.legs

    def served(self, leg: str, event: on.Served) -> None:
        raise AssertionError("nobody was served by an earlier daemon")

    def stray(self, leg: str, seat: str = "") -> None:
        raise AssertionError(f"every phone here was rung by us: {leg}")

    def heartbeat(self, legs: int) -> None:
        pass

    def events_lost(self) -> None:
        raise AssertionError("nothing is lost here")

    def wait(self, leg: str, kind: type[on.Event], times: int = 1) -> on.Event:
        """The event of that kind that was told of the leg as the first, second, …"""

        until(lambda: self.count(leg, kind) >= times, f"{kind.__name__} of {leg} among {self.told}")
        return self._found(leg, kind)[times - 1]

    def count(self, leg: str, kind: type[on.Event]) -> int:
        """How many events of that kind were told of the leg so far."""
        return len(self._found(leg, kind))

    def _found(self, leg: str, kind: type[on.Event]) -> list[on.Event]:
        return [what for of, what in self.told if of == leg and isinstance(what, kind)]


def until(condition: Callable[[], bool], what: str) -> None:
    with gevent.Timeout(PATIENCE, AssertionError(f"no {what}")):
        while not condition():
            gevent.sleep(0.01)


class Hotline:
    """The switchboard of a hotline without calls' own rules."""

    def __init__(self, house: House, folder: Path) -> None:
        self.house = house
        self.notes = Notes()
        for name in ("thanks", "question"):
            silence(folder / "prompts" / "zh" / f"{name}.wav")
        turns = Turns()
        self.link = Link(
            house.host,
            house.port,
            house.password,
            events=EVENTS,
            subclasses=SUBCLASSES,
            on_event=Ear(self.notes, turns.over),
            on_up=lambda link: None,
            on_down=lambda reason: None,
        )
        self.link.start()
        assert self.link.wait_connected(PATIENCE)
        self.switch = FreeSwitch(
            lambda: self.link,
            lambda language: PromptLibrary([folder / "prompts"], language or "zh"),
            domain=house.domain,
            proxies={"trunk": "127.0.0.1:9"},
            recordings=folder / "recordings",
            deliver=self.notes.deliver,
            turns=turns,
        )

    def arrived(self) -> str:
        """Somebody has called; returns the leg, which rings."""
        self.caller = self.house.call(CALLER, "12345")
        until(lambda: bool(self.notes.arrivals), "arrival")
        (leg,) = self.notes.arrivals
        return leg

    def answered(self) -> str:
        """The same, and the leg was answered."""
        leg = self.arrived()
        self.switch.answer(leg)
        self.notes.wait(leg, on.Answered)
        return leg

    def talking(self) -> str:
        """The caller talks with a seat, whose leg is `seat`; returns the caller's leg."""
        leg = self.answered()
        self.ring(5.0)
        self.notes.wait("seat", on.SeatAnswered)
        self.switch.bridge(leg, "seat")
        self.notes.wait("seat", on.Bridged)
        return leg

    def ring(
        self, seconds: float, title: str = "12345", *, seat: str = "1001", leg: str = "seat"
    ) -> None:
        """Ring a seat's phone."""
        self.notes.legs.add(leg)
        self.switch.ring(seat, leg, seconds, CALLER, title, "call")

    def third(self) -> str:
        """Somebody at 2001 has picked up and waits; returns the leg."""
        self.ring(5.0, seat="2001", leg="expert")
        self.notes.wait("expert", on.SeatAnswered)
        return "expert"

    def asks(self, leg: str, execution: str) -> None:
        self.switch.collect(leg, ("question",), ("thanks",), "12345", 1.0, 1, execution)


def silence(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(2 * 1600))
