"""A real FreeSWITCH on loopback as the switch of a city under faults, with SIPp's telephones."""

from __future__ import annotations

import contextlib
import random
import time
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import gevent
import orjson
from gevent import socket

from switchd.city import load_city
from switchd.config import choose_node
from switchd.demo.telephones.ports import FreePorts, rtp_range
from switchd.demo.telephones.sipp import Call, Phone
from tests.chaos.city import NODE, SETTINGS, in_a_thread
from tests.chaos.journal import EVENTS, Journal
from tests.chaos.switch import CITY
from tests.live.event_socket import EventSocket
from tests.live.hotline import SHORT_PROMPTS, tone
from tests.live.house import house_of
from tests.scenarios.hotline import wait_for

SESSIONS = 100
CALLS_PER_SECOND = 1.0
"""More than the seats serve."""
PATIENCE_SECONDS = (8.0, 45.0)
"""From the answer to the end, whatever happens meanwhile."""
TALK_SECONDS = (3.0, 4.0, 5.0, 6.0)
ANSWERS_AFTER_SECONDS = 0.6
FOR_EVER = 7 * 86_400
UP_SECONDS = 60.0
LOOK_SECONDS = 0.1
"""Between two tries to hear a FreeSWITCH that starts."""


class RealSwitch:
    """Implements `switch.Switch`. Processes are started by the main thread, since they end with the
    thread that started them; whatever waits for FreeSWITCH does so in another one."""

    seats = tuple(str(1001 + number) for number in range(len(TALK_SECONDS)))

    def __init__(self, folder: Path, seed: int) -> None:
        """Start FreeSWITCH and register the phones; raises RuntimeError if it does not come up."""
        ports, first = FreePorts(), rtp_range(2 * SESSIONS)[0]
        self.node: dict[str, Any] = {
            "sip": {
                "address": "127.0.0.1",
                "trunk_port": ports.take(),
                "seats_port": ports.take(),
                "peers_port": ports.take(),
            },
            "rtp": {"first_port": first, "last_port": first + 2 * SESSIONS - 1},
        }
        (folder / "recordings").mkdir()
        for name in SHORT_PROMPTS:
            tone(folder / "prompts" / "zh" / f"{name}.wav", 0.4)
        self.settings: dict[str, Any] = {
            "freeswitch": {"max_sessions": SESSIONS, "rtp": {"silent_seconds": 0}},
            "folders": {
                "recordings": str(folder / "recordings"),
                "prompts": str(folder / "prompts"),
            },
        }
        self.house = house_of(folder / "switch", self._loaded(folder, ports.take()))
        self.password = self.house.password
        self._chance = random.Random(f"{seed}:callers")
        self._asking: EventSocket | None = None
        self.journal = Journal(self._variable)
        self._witness: gevent.Greenlet[..., None] = gevent.spawn(self._witnesses)
        self._street: gevent.Greenlet[..., None] = gevent.Greenlet()
        self._callers: list[Call] = []
        self._phones = {
            seat: self._phone(seat, talk)
            for seat, talk in zip(self.seats, TALK_SECONDS, strict=True)
        }
        wait_for(self._hears, "the witness listens", UP_SECONDS)

    def _loaded(self, folder: Path, port: int) -> Any:
        """The city as FreeSWITCH's configuration is rendered from it; daemons have their own."""
        city = folder / "switch" / CITY
        city.mkdir(parents=True)
        node = {**self.node, "event_socket": {"port": port}, "state": str(folder / "switch/state")}
        settings = {
            **SETTINGS,
            **self.settings,
            "seats": dict.fromkeys(self.seats, "intake"),
            "nodes": {NODE: node},
        }
        (city / "city.yaml").write_bytes(orjson.dumps(settings))
        return choose_node(load_city(city), NODE)

    def _phone(self, seat: str, talk: float) -> Phone:
        return self.house.telephones.phone(
            seat,
            answers_after=ANSWERS_AFTER_SECONDS,
            hangs_up_after=talk,
            expires=FOR_EVER,
            life=0,
        )

    @property
    def port(self) -> int:
        return self.house.port

    # the witness

    def _witnesses(self) -> None:
        """Hear every event on a way of its own; endless."""
        while True:
            try:
                with self._connected() as link, self._connected() as asking:
                    link.listen(" ".join(sorted(EVENTS)))
                    self._asking = asking
                    while True:
                        self._hear(link)
            except OSError:
                self._asking = None
                gevent.sleep(LOOK_SECONDS)

    def _hears(self) -> bool:
        return self._asking is not None

    def _hear(self, link: EventSocket) -> None:
        link.wait(lambda _: True, seconds=FOR_EVER)
        self.journal.takes(link.events.pop(0))

    def _connected(self) -> EventSocket:
        house = self.house
        return EventSocket(house.host, house.port, house.password, socket.create_connection)

    def _variable(self, leg: str, name: str) -> str:
        if self._asking is None:
            return ""
        value = self._asking.api(f"uuid_getvar {leg} {name}").strip()
        return "" if value.startswith(("-ERR", "_undef_")) else value

    # callers

    def opens(self) -> None:
        self._street = gevent.spawn(self._callers_call)

    def _callers_call(self) -> None:
        while True:
            gevent.sleep(self._chance.expovariate(CALLS_PER_SECOND))
            if self._hears():
                self._clear_away()
                number = f"139{self._chance.randrange(10**8):08}"
                patience = self._chance.uniform(*PATIENCE_SECONDS)
                self._callers.append(self.house.call(number, "12345", hangs_up_after=patience))

    def _clear_away(self) -> None:
        for call in [call for call in self._callers if call.ended.is_set()]:
            self._callers.remove(call)
            self.house.telephones.clear_away(call)

    def closes(self) -> None:
        self._street.kill()
        for call in self._callers:
            if not call.ended.is_set():
                call.hang_up()

    # what there is to see

    def at_phone(self) -> dict[str, str]:
        return {ring.seat: ring.call for ring in self._ringing()}

    def _ringing(self) -> Iterator[Any]:
        return (ring for ring in list(self.journal.rings.values()) if ring.ended_at is None)

    def collisions(self) -> dict[str, int]:
        found: Counter[str] = Counter()
        free_at: dict[str, float] = {}
        for ring in list(self.journal.rings.values()):
            found[ring.seat] += ring.began_at < free_at.get(ring.seat, 0.0)
            free_at[ring.seat] = time.time() if ring.ended_at is None else ring.ended_at
        return dict(found)

    # what happens to it

    def dies(self) -> None:
        self.house.dies()
        wait_for(lambda: not self._hears(), "the witness has heard the last word")
        self.journal.switch_died()
        for call in self._callers:
            self.house.telephones.clear_away(call)
        self._callers.clear()

    def comes_back(self) -> None:
        self.house.starts_again()
        in_a_thread(self.house.waits_until_up)
        wait_for(self._hears, "the witness listens", UP_SECONDS)
        for seat, phone in self._phones.items():
            again = partial(self.house.register, seat, phone.ports[0], expires=FOR_EVER)
            in_a_thread(again)

    def freezes(self) -> None:
        self.house.freezes()

    def wakes(self) -> None:
        self.house.wakes()

    def stop(self) -> None:
        self._street.kill()
        self._witness.kill()
        with contextlib.suppress(ProcessLookupError):
            self.house.wakes()
        self.house.close()
