"""Fakes of everything that calls need: they note what they were asked and fail on demand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import gevent
from gevent.event import Event

from routing.admission import HeldPlace, Knock
from routing.callflow.events import NotOccupied, Occupied
from routing.monitoring import Mode
from routing.record import CallRecord
from routing.seats import Offer
from routing.standing import NOTHING_KNOWN, Callers, Standing
from switchd.calls.ports import LegGone, Place, QueueUnavailable, SwitchAway, SwitchError
from tests.routing.build import NOW

TROUBLES: dict[str, Callable[[], Exception]] = {
    "refuses": lambda: SwitchError("-ERR no"),
    "gone": lambda: LegGone("-ERR No such channel!"),
    "away": lambda: SwitchAway("not connected"),
    "redis": lambda: QueueUnavailable("Redis is away"),
}


class _Fake:
    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []
        self.trouble: dict[str, str] = {}
        """Verb → what is wrong with it, see TROUBLES."""

    def _ask(self, verb: str, *arguments: Any) -> None:
        if verb in self.trouble:
            raise TROUBLES[self.trouble[verb]]()
        self.asked.append((verb, *arguments))

    def verbs(self) -> list[str]:
        return [asked[0] for asked in self.asked]


class FakeSwitch(_Fake):
    """Implements `calls.ports.Switch`."""

    def answer(self, leg: str) -> None:
        self._ask("answer", leg)

    def pick_up(self, leg: str) -> None:
        self._ask("pick_up", leg)

    def play(
        self,
        leg: str,
        prompts: tuple[str, ...],
        execution: str,
        interrupt: bool,
        language: str = "",
    ) -> None:
        self._ask("play", leg, prompts)

    def music(self, leg: str, music: str, execution: str, interrupt: bool) -> None:
        self._ask("music", leg, music)

    def collect(
        self,
        leg: str,
        prompts: tuple[str, ...],
        invalid: tuple[str, ...],
        keys: str,
        seconds: float,
        tries: int,
        execution: str,
        language: str = "",
        interrupt: bool = False,
    ) -> None:
        self._ask("collect", leg, keys)

    def collect_number(
        self,
        leg: str,
        prompts: tuple[str, ...],
        invalid: tuple[str, ...],
        length: tuple[int, int],
        seconds: float,
        tries: int,
        execution: str,
        language: str = "",
        interrupt: bool = False,
    ) -> None:
        self._ask("collect_number", leg, length)

    def record_message(
        self,
        leg: str,
        path: str,
        longest_seconds: float,
        silence_seconds: float,
        execution: str,
    ) -> None:
        self._ask("record_message", leg, path)

    def tag(self, leg: str, facts: Mapping[str, str]) -> None:
        self._ask("tag", leg, dict(facts))

    def ring(
        self,
        seat: str,
        leg: str,
        seconds: float,
        caller: str,
        title: str,
        call: str,
        home: str = "",
    ) -> None:
        self._ask("ring", seat, leg)

    def dial(
        self,
        number: str,
        trunk: str,
        leg: str,
        seconds: float,
        caller: str,
        title: str,
        call: str,
        seat: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self._ask("dial", number, trunk)

    def call_back(
        self,
        number: str,
        trunk: str,
        leg: str,
        seconds: float,
        shown: str,
        facts: Mapping[str, str],
        home: str = "",
    ) -> None:
        self._ask("call_back", number, trunk, leg)

    def ring_tone(self, leg: str, execution: str) -> None:
        self._ask("ring_tone", leg)

    def bridge(self, leg: str, other: str) -> None:
        self._ask("bridge", leg, other)

    def hint(self, leg: str, prompt: str) -> None:
        self._ask("hint", leg, prompt)

    def keep(self, leg: str) -> None:
        self._ask("keep", leg)

    def part(self, leg: str, other: str) -> None:
        self._ask("part", leg, other)

    def park(self, leg: str) -> None:
        self._ask("park", leg)

    def confer(self, leg: str, room: str) -> None:
        self._ask("confer", leg, room)

    def mute(self, leg: str, on: bool) -> None:
        self._ask("mute", leg, on)

    def listen(self, leg: str, target: str, execution: str, mode: Mode = Mode.LISTEN) -> None:
        self._ask("listen", leg, target, mode)

    def whisper(self, leg: str, mode: Mode) -> None:
        self._ask("whisper", leg, mode)

    def record(self, leg: str, path: str) -> None:
        self._ask("record", leg, path)

    def stop_recording(self, leg: str, path: str) -> None:
        self._ask("stop_recording", leg, path)

    def hang_up(self, leg: str, cause: str) -> None:
        self._ask("hang_up", leg, cause)


class FakeRegister(_Fake):
    """Implements `calls.ports.Register`; knows of each call what `known` says, else nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[str, Standing] = {}
        self.ready: Event | None = None
        """What an answer waits for."""

    def arrive(self, knocks: Sequence[Knock], callers: Callers, now: float) -> list[Standing]:
        self._ask("arrive", *knocks)
        if self.ready is not None:
            self.ready.wait()
        return [self.known.get(knock.call, NOTHING_KNOWN) for knock in knocks]

    def hold(self, call: str, line: str, number: str, place: HeldPlace, now: float) -> None:
        self._ask("hold", call, line, number, place)

    def leave(
        self, call: str, line: str, number: str, kept: HeldPlace | None, seconds: float
    ) -> None:
        self._ask("leave", call, line, number, kept)

    def take_over(self, earlier: HeldPlace, call: str) -> None:
        self._ask("take_over", earlier.call, call)


class FakeQueue(_Fake):
    """Implements `calls.ports.Queue`; leases are good while `leases` is true."""

    def __init__(self) -> None:
        super().__init__()
        self.leases = True
        self.ready: set[str] = set()
        """Seats that can be claimed."""
        self.noticed: str | None = None
        self.manned = True
        """Whether somebody is signed in for every group."""
        self.place: Place | None = Place(1, None)
        self.occupied: Occupied | NotOccupied = Occupied("8001")

    def enqueue(self, call: str, group: str, **given: Any) -> int:
        self._ask("enqueue", call, group, given["enqueued_at"])
        return 1

    def leave(self, call: str, now: float) -> bool:
        self._ask("leave", call)
        return True

    def widen(self, call: str, group: str, now: float) -> bool:
        self._ask("widen", call, group)
        return True

    def staffed(self, group: str) -> bool:
        self._ask("staffed", group)
        return self.manned

    def notice(self, group: str) -> str | None:
        self._ask("notice", group)
        return self.noticed

    def rerank(self, call: str, priority: int, now: float) -> bool:
        self._ask("rerank", call, priority)
        return True

    def position(self, call: str, now: float) -> Place | None:
        self._ask("position", call)
        return self.place

    def occupy(self, seat: str, call: str, token: str, now: float) -> Occupied | NotOccupied:
        self._ask("occupy", seat, token)
        return self.occupied

    def accept(self, token: str, now: float) -> tuple[str, ...] | None:
        self._ask("accept", token)
        return () if self.leases else None

    def claim(
        self,
        wanted: str,
        call: str,
        lease_seconds: float,
        now: float,
        token: str = "",
        resting: bool = False,
    ) -> Offer | str:
        self._ask("claim", wanted, call)
        if wanted not in self.ready:
            return "talking"
        return Offer(
            token or f"claim-{wanted}", call, wanted, f"8{wanted}", "", now, now + lease_seconds
        )

    def refuse(self, token: str, reason: str | None, now: float) -> bool:
        self._ask("refuse", token, reason)
        return True

    def release(self, seat: str, token: str, wrap_up_seconds: float, now: float) -> bool:
        self._ask("release", seat, token, wrap_up_seconds)
        return True


class FakeLedger:
    """Keeps records, or is full."""

    def __init__(self) -> None:
        self.records: list[CallRecord] = []
        self.full = False

    def append(self, record: CallRecord) -> None:
        if self.full:
            raise OSError("the disk is full")
        self.records.append(record)


class FakeClock:
    """Time that passes when the test says so."""

    def __init__(self) -> None:
        self.time = NOW
        self.timers: list[tuple[float, Callable[[], None]]] = []

    def now(self) -> float:
        return self.time

    def later(self, seconds: float, call: Callable[[], None]) -> Callable[[], None]:
        timer = (self.time + seconds, call)
        self.timers.append(timer)
        return lambda: self.timers.remove(timer) if timer in self.timers else None

    def passes(self, seconds: float) -> None:
        self.time += seconds
        for timer in sorted(self.timers, key=lambda timer: timer[0]):
            if timer[0] <= self.time:
                self.timers.remove(timer)
                timer[1]()


def wait_until(condition: Callable[[], object], seconds: float = 20.0) -> None:
    """Let the calls' greenlets run until `condition` holds; fail after `seconds`."""
    with gevent.Timeout(seconds, AssertionError("it did not happen")):
        while not condition():
            gevent.sleep(0.001)
