"""Callers with SIPp's telephones: when they call, what they press, when they lose patience."""

from __future__ import annotations

import random
import time

import gevent
from gevent.pool import Group

from routing.callflow.states import State
from switchd.demo.telephones.exchange import Telephones
from switchd.demo.telephones.sipp import Call
from switchd.demo.watch import Watch
from switchd.sim.profile import Mind, Profile

TICK_SECONDS = 0.2
HANG_UP_SECONDS = 5.0
LEAST_REACTION_SECONDS = 0.6
"""A key that is pressed before FreeSWITCH has begun to listen is lost."""


class Callers:
    """A stream of callers; the n-th always decides alike. `speed` of their seconds pass in one."""

    def __init__(
        self, telephones: Telephones, watch: Watch, profile: Profile, speed: float, seed: int
    ) -> None:
        self._telephones = telephones
        self._watch = watch
        self._profile = profile
        self._speed = speed
        self._seed = seed
        self._all = Group()

    def start(self) -> None:
        """Let them come."""
        self._all.spawn(self._come)

    def stop(self) -> None:
        """Forget them all; their telephones are ended elsewhere."""
        self._all.kill()

    def _come(self) -> None:
        rate = self._profile.calls_per_hour
        assert isinstance(rate, float)
        gaps = random.Random(f"{self._seed}:arrivals")
        born = 0
        while rate > 0:
            gevent.sleep(gaps.expovariate(rate * self._speed / 3600))
            born += 1
            self._all.spawn(self._live, random.Random(f"{self._seed}:caller:{born}"))

    def _live(self, rng: random.Random) -> None:
        number = f"13{rng.randrange(10**9):09d}"
        dialled = self._profile.number(rng)
        while not self._call(number, dialled, self._profile.mind(rng)):
            if rng.random() >= self._profile.redials:
                return
            gevent.sleep(self._profile.redial_after.draw(rng) / self._speed)

    def _call(self, number: str, dialled: str, mind: Mind) -> bool:
        """Tell whether the caller talked with somebody."""
        call = self._telephones.call(number, dialled, key_when_told=mind.survey or "")
        try:
            return self._listen(call, number, mind)
        finally:
            self._telephones.clear_away(call)

    def _listen(self, call: Call, number: str, mind: Mind) -> bool:
        began = time.monotonic()
        talked = asked = None
        pressed = False
        while not call.ended.is_set():
            gevent.sleep(TICK_SECONDS)
            now = time.monotonic()
            gone = (now - began) * self._speed > mind.hangs_up_after
            match self._watch.call(number):
                case State.TALKING:
                    talked = talked or now
                    gone = gone or (now - talked) * self._speed > mind.talk
                case State.SURVEY:
                    asked = asked or now
                    reaction = max(mind.reaction / self._speed, LEAST_REACTION_SECONDS)
                    if not pressed and now - asked > reaction:
                        pressed = True
                        gone = mind.survey is None
                        if mind.survey:
                            call.press_key()
                case _ if talked is None:
                    gone = gone or (now - began) * self._speed > mind.patience
            if gone:
                call.hang_up()
                call.wait(HANG_UP_SECONDS)
                break
        return talked is not None
