"""The stand-in as one object: a switch with its event socket, the phones, the callers."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import gevent

from switchd.sim.callers import SimCaller
from switchd.sim.channel import pairs
from switchd.sim.clock import Clock
from switchd.sim.degraded import ALIVE, TIMERS, Degraded, takes_calls
from switchd.sim.dialplan import trunk_plan
from switchd.sim.doing import APPLICATIONS
from switchd.sim.eventsocket import EventSocket
from switchd.sim.faults import Faults
from switchd.sim.headers import variables
from switchd.sim.numbers import Number
from switchd.sim.party import Party
from switchd.sim.peers import Relay
from switchd.sim.phones import Phone, Phones
from switchd.sim.profile import AgentHabits, Mind, Profile
from switchd.sim.sounds import Sounds
from switchd.sim.switch import HEARTBEAT_EVERY, Switch
from switchd.sim.traffic import Traffic

AGENTS_COME_WITHIN = 5.0
"""Seconds over which the agents begin to work."""


class Simulator:
    """Plays FreeSWITCH and everybody around it on one port, in this process."""

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        password: str = "",
        city: str = "pingdingshan",
        domain: str = "",
        trunk: str = "trunk",
        seats: Sequence[str] = (),
        habits: AgentHabits | None = None,
        sounds: Path | None = None,
        recording_seconds: float = 30.0,
        recordings: Path | None = None,
        emergency: Mapping[str, str] | None = None,
        announcement: str = "silence_stream://2000",
        seed: int = 1,
        speed: float = 1.0,
    ) -> None:
        """Prepare; nothing listens before `start`.

        `domain` is the seats' SIP domain, by default the city's name. `sounds` is where relative
        file names are looked up. Recordings are cut at `recording_seconds`; 0 writes none. `speed`
        seconds of calls pass in each real second. `recordings` is where calls that end without a
        switchd are kept, `emergency` where such calls go meanwhile: number called → number behind
        the trunk; all others hear the `announcement` first.
        """
        self.host = host
        self.city = city
        self.clock = Clock(speed)
        self.phones = Phones()
        self.switch = Switch(
            self.clock,
            seed=seed,
            domain=domain or city,
            directory=self.phones,
            sounds=Sounds(sounds),
            applications=APPLICATIONS,
            recording_seconds=recording_seconds,
        )
        self._trunk = trunk
        self._peers: dict[str, Simulator] = {}
        self.switch.relay = self._relay
        self._numbers: dict[str, Number] = {}
        self._habits = habits or AgentHabits()
        self._seed = seed
        self._socket = EventSocket(self.switch, host, port, password)
        Degraded(
            self.switch,
            self._socket.api,
            emergency=emergency or {},
            announcement=announcement,
            recordings=recordings,
        )
        self._traffics: list[Traffic] = []
        self._running = False
        for number in seats:
            self.seat(number)

    # -- life ---------------------------------------------------------------------------------

    @property
    def port(self) -> int:
        """The port of the event socket, once started."""
        return self._socket.port

    @property
    def faults(self) -> Faults:
        """What can be made to go wrong; `silence` and `drop_connections` are here beside it."""
        return self.switch.faults

    def start(self) -> Simulator:
        """Listen, and let the seats' phones register. Raises OSError if the port is taken."""
        self._socket.start()
        self.clock.start()
        self._running = True
        self.clock.later(HEARTBEAT_EVERY, self.switch.heartbeat)
        phones = self.phones.all()
        for index, phone in enumerate(phones):
            phone.register()
            if self._habits.codes_at_start:
                pause = AGENTS_COME_WITHIN * index / len(phones)
                self.clock.later(1.0 + pause, phone.begin_work)
        return self

    def stop(self) -> None:
        """End everything; listeners hear SHUTDOWN."""
        if not self._running:
            return
        self._running = False
        for traffic in self._traffics:
            traffic.stop()
        self.switch.emit("SHUTDOWN", rest=pairs({"Event-Info": "System Shutting Down"}))
        gevent.sleep(0)
        self._socket.stop()
        self.clock.stop()

    # -- people -------------------------------------------------------------------------------

    def seat(self, number: str) -> Phone:
        """A seat's phone; a new one registers at once if the stand-in runs."""
        phone = self.phones.find(number)
        if phone is None:
            phone = Phone(self.switch, number, self.city, self._habits, self._seed)
            self.phones.add(phone)
            if self._running:
                phone.register()
        return phone

    def peer(self, address: str, other: Simulator) -> None:
        """Make another stand-in answer at an address of the profile `peers`."""
        self._peers[address] = other

    def _relay(self, address: str, number: str) -> Party | None:
        other = self._peers.get(address)
        return Relay(other.switch, other.city, number) if other is not None else None

    def number(self, number: str) -> Number:
        """Whoever answers a number behind a trunk; one that was never asked for is nobody's."""
        if number not in self._numbers:
            self._numbers[number] = Number(self.switch, number)
            self.switch.outside[number] = self._numbers[number]
        return self._numbers[number]

    def call(
        self,
        caller: str,
        dialled: str,
        *,
        keys: Sequence[tuple[float, str]] = (),
        answers: Mapping[str, str] | None = None,
        survey: str | None = "",
        hangs_up_after: float = math.inf,
        patience: float = math.inf,
        talk: float = math.inf,
        name: str = "",
        headers: Mapping[str, str] | None = None,
        over: Callable[[SimCaller], None] = lambda caller: None,
    ) -> SimCaller:
        """Somebody calls; see `Mind` for what they can be told to do. Times are in seconds.

        `headers` are SIP headers that come with the call, such as Diversion; see `sim.headers`.
        `over` is told when the call has ended.
        """
        mind = Mind(
            patience=patience,
            talk=talk,
            survey=survey,
            hangs_up_after=hangs_up_after,
            keys=keys,
            answers=answers or {},
        )
        return self._dial(caller, dialled, mind, over, name, variables(headers or {}))

    def traffic(self, profile: Profile) -> Traffic:
        """Let callers come by themselves until `stop`; several streams may run at once."""
        seed = self._seed + len(self._traffics)
        traffic = Traffic(profile, self.clock, seed, self._dial)
        self._traffics.append(traffic)
        traffic.start()
        return traffic

    def _dial(
        self,
        number: str,
        dialled: str,
        mind: Mind,
        over: Callable[[SimCaller], None],
        name: str = "",
        variables: Mapping[str, str] | None = None,
    ) -> SimCaller:
        caller = SimCaller(self.switch, number, dialled, mind, over)
        plan = trunk_plan(self.city, self._trunk, dialled, takes_calls(self.switch))
        caller.dial(plan, name, variables)
        return caller

    def is_controlled(self) -> None:
        """Say what switchd says: calls are taken. Without it they go to the degraded context."""
        self.switch.globals[ALIVE] = "true"

    def scheduled(self, group: str) -> list[int]:
        """Numbers of what is scheduled in groups whose names begin so."""
        return self._socket.api.scheduled(group)

    def dead_man_fires(self) -> bool:
        """Let the time pass in which a dead switchd would have put its timer off; False if there
        is none."""
        return self._socket.api.hasten(TIMERS) > 0

    # -- drills -------------------------------------------------------------------------------

    def hang_up_all(self) -> None:
        """Let everybody who calls, and every phone that rings or talks, hang up."""
        for leg in list(self.switch.channels.values()):
            self.switch.hang_up(leg, "NORMAL_CLEARING")

    def drop_connections(self) -> None:
        """Cut every event-socket connection."""
        self._socket.drop()

    def unplug(self) -> None:
        """Cut every connection and take no new one, until `plug_in`; calls go on."""
        self._socket.stop()

    def plug_in(self) -> None:
        """Listen again on the same port."""
        self._socket.start()

    def silence(self, on: bool = True) -> None:
        """Send nothing more, or send all that waits."""
        self.faults.silent = on
        self._socket.wake()

    def restart(self, down: float = 0.0) -> None:
        """Crash and come back after `down` seconds, with no legs and a new Core-UUID.

        Phones register again within a second or two.
        """
        self._socket.stop()
        self._socket.api.forget()
        self.switch.forget_everything()
        for index, phone in enumerate(self.phones.all()):
            phone.forget()
            self.clock.later(down + 0.5 + 0.005 * index, phone.register)
        self.clock.later(down, self._socket.start)
