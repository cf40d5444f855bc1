"""Agents with SIPp's telephones: they sign in, answer after a while, talk, and miss a call."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import gevent
import structlog
from gevent.pool import Group

from switchd.demo.stage import House
from switchd.demo.telephones.exchange import NotRegistered, Telephones
from switchd.demo.telephones.sipp import NotListening, Phone, until
from switchd.demo.watch import Watch
from switchd.sim.profile import AgentHabits

log = structlog.get_logger(__name__)

TICK_SECONDS = 0.2
DIAL_SECONDS = 20.0
REGISTERED_SECONDS = 86_400 * 7


@dataclass(frozen=True, slots=True)
class Codes:
    """What agents dial."""

    sign_in: str
    ready: str


class Agents:
    """One agent a seat. Every other one signs in by the phone's keys, the others at a screen."""

    def __init__(
        self,
        telephones: Telephones,
        house: House,
        watch: Watch,
        codes: Codes,
        habits: AgentHabits,
        speed: float,
        seed: int,
    ) -> None:
        self._telephones = telephones
        self._house = house
        self._watch = watch
        self._codes = codes
        self._habits = habits
        self._speed = speed
        self._seed = seed
        self._all = Group()

    def start(self, seats: Sequence[str]) -> None:
        """Let them come to work."""
        for index, seat in enumerate(seats):
            self._all.spawn(self._work, seat, index % 2 == 0)

    def stop(self) -> None:
        """Forget them all; their telephones are ended elsewhere."""
        self._all.kill()

    def _work(self, seat: str, by_phone: bool) -> None:
        rng = random.Random(f"{self._seed}:agent:{seat}")
        try:
            phone = self._telephones.phone(
                seat, answers_after=None, expires=REGISTERED_SECONDS, life=0
            )
        except (NotListening, NotRegistered) as error:
            log.error("seat stays empty", why=str(error))
            return
        if by_phone:
            self._dial(seat, self._codes.sign_in)
            self._dial(seat, self._codes.ready)
        else:
            self._house.seat_verb(seat, "sign-in", "", "")
            self._house.seat_verb(seat, "ready", "", "")
        handled = 0
        while True:
            gevent.sleep(TICK_SECONDS)
            if phone.count("called") > handled:
                handled += 1
                self._treat(phone, handled, rng)
            elif self._watch.seat(seat) == "not_ready":
                gevent.sleep(self._habits.back_after.draw(rng) / self._speed)
                self._dial(seat, self._codes.ready)

    def _treat(self, phone: Phone, number: int, rng: random.Random) -> None:
        def over() -> bool:
            return phone.count("free") >= number

        answers = rng.random() >= self._habits.no_answer
        if answers and not self._while_not(over, self._habits.answer_after.draw(rng)):
            phone.answer()
            if not self._while_not(over, self._habits.talk.draw(rng)):
                phone.hang_up()
        until(over, 60.0)

    def _while_not(self, over: Callable[[], bool], seconds: float) -> bool:
        """Let the agent's `seconds` pass; True at once if the call is over before."""
        return until(over, seconds / self._speed)

    def _dial(self, seat: str, code: str) -> None:
        call = self._telephones.dial(seat, code)
        call.wait(DIAL_SECONDS)
        self._telephones.clear_away(call)
