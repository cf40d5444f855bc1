"""The degraded context: what the switch does by itself with a caller whom nobody controls."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import gevent
import pytest

from tests.contract.client import PATIENCE, Client
from tests.contract.house import House
from tests.contract.scene import Scene

QUEUED_AT = "1767225600.250"
ANNOUNCED_SECONDS = 2 * PATIENCE
"""The announcement comes before the first phone rings."""


class Alone:
    """A caller who waited since QUEUED_AT when the last switchd died."""

    def __init__(self, scene: Scene, esl: Client) -> None:
        self._scene = scene
        self._esl = esl
        _, self.leg = scene.answered()
        esl.api(f"uuid_setvar {self.leg} switchd_queued_at {QUEUED_AT}")

    def is_left(self) -> None:
        """Nobody is there any more."""
        self._esl.api("global_setvar switchd_alive=false")
        moved = self._esl.api(f"uuid_transfer {self.leg} degraded XML degraded")
        assert moved.startswith("+OK")

    def variable(self, name: str) -> str:
        return self._esl.api(f"uuid_getvar {self.leg} {name}").strip()

    def phones(self) -> list[str]:
        """The legs that were rung."""
        return [event["Unique-ID"] for event in self._dialled()]

    def becomes(self, state: str) -> None:
        self.until(lambda: self.variable("switchd_state") == state, f"state {state}")

    def is_listed(self) -> None:
        """The list of channels is a little behind what happens."""
        self.until(lambda: self.leg in self._esl.api("lua dead_man.lua list").split(), "listing")

    def waits_for_a_turn(self) -> None:
        """Has heard the announcement, and then music."""

        def played() -> int:
            return sum(
                event["Event-Name"] == "CHANNEL_EXECUTE"
                and event["Unique-ID"] == self.leg
                and event["Application"] == "playback"
                for event in self._esl.seen
            )

        self.until(lambda: played() > 1, "waiting for a turn")

    def talks_with(self) -> str:
        """Wait until somebody has picked up; return the number that was rung."""
        leg = ""

        def bridged() -> bool:
            nonlocal leg
            leg = next(
                (
                    event["Bridge-B-Unique-ID"]
                    for event in self._esl.seen
                    if event["Event-Name"] == "CHANNEL_BRIDGE"
                    and event["Bridge-A-Unique-ID"] == self.leg
                ),
                "",
            )
            return bool(leg)

        self.until(bridged, "talk")
        return str(self._esl.event("CHANNEL_CREATE", leg)["Caller-Destination-Number"])

    def rung(self) -> list[str]:
        """The numbers that were rung, in order."""
        return [event["Caller-Destination-Number"] for event in self._dialled()]

    def _dialled(self) -> Iterator[dict[str, str]]:
        for event in self._esl.seen:
            if event["Event-Name"] == "CHANNEL_CREATE" and event["Call-Direction"] == "outbound":
                yield event

    @staticmethod
    def until(condition: Callable[[], bool], what: str) -> None:
        with gevent.Timeout(ANNOUNCED_SECONDS, AssertionError(f"no {what}")):
            while not condition():
                gevent.sleep(0.02)


@pytest.fixture
def alone(scene: Scene, esl: Client) -> Alone:
    return Alone(scene, esl)


class TestACallerWhoIsLeftAlone:
    def test_is_rung_to_the_registered_phones_in_turn(self, house: House, alone: Alone) -> None:
        house.seat("1001", busy=True)
        house.seat("1002")
        alone.is_left()
        alone.becomes("degraded")
        assert alone.talks_with().startswith("1002")
        assert [number[:4] for number in alone.rung()] == ["1001", "1002"]

    def test_keeps_place_and_age(self, house: House, alone: Alone) -> None:
        house.seat("1001")
        alone.is_left()
        alone.talks_with()
        assert alone.variable("switchd_queued_at") == QUEUED_AT
        assert alone.variable("switchd_state") == "degraded"

    def test_names_the_phone_that_rings(self, house: House, alone: Alone) -> None:
        """A switchd that comes back knows by that which seats are busy."""
        house.seat("1001", no_answer=True)
        alone.is_left()
        alone.until(lambda: alone.variable("originate_signal_bond") in alone.phones(), "ringing")
        assert alone.variable("switchd_seat") == "1001"

    def test_names_who_talks(self, house: House, alone: Alone) -> None:
        house.seat("1001")
        alone.is_left()
        alone.talks_with()
        assert alone.variable("signal_bond") in alone.phones()
        assert alone.variable("originate_signal_bond") in ("", "_undef_")
        assert alone.variable("switchd_seat") == "1001"

    def test_is_released_when_the_seat_hangs_up(
        self, house: House, alone: Alone, esl: Client
    ) -> None:
        phone = house.seat("1001")
        alone.is_left()
        alone.talks_with()
        phone.hang_up()
        esl.event("CHANNEL_HANGUP_COMPLETE", alone.leg)

    def test_waits_since_the_call_came_in_if_no_switchd_has_seen_it(
        self, alone: Alone, esl: Client
    ) -> None:
        esl.api(f"uuid_setvar {alone.leg} switchd_queued_at")
        parked = esl.event("CHANNEL_PARK", alone.leg)
        alone.is_left()
        alone.becomes("degraded")
        came = int(parked["Caller-Channel-Created-Time"]) / 1e6
        assert float(alone.variable("switchd_queued_at")) == pytest.approx(came, abs=0.001)


class TestTwoWhoAreLeftAlone:
    def test_do_not_both_look_for_the_one_phone(
        self, house: House, scene: Scene, esl: Client
    ) -> None:
        phone = house.seat("1001")
        first, second = Alone(scene, esl), Alone(scene, esl)
        first.is_left()
        first.talks_with()
        second.is_left()
        second.waits_for_a_turn()
        assert len(first.rung()) == 1
        phone.hang_up()
        second.talks_with()


class TestASwitchdThatIsBack:
    def test_is_told_who_is_left_alone(self, alone: Alone, esl: Client) -> None:
        alone.is_left()
        alone.becomes("degraded")
        alone.is_listed()

    def test_gets_who_waits_parked_with_place_and_age(self, alone: Alone, esl: Client) -> None:
        alone.is_left()
        alone.becomes("degraded")
        alone.is_listed()
        before = esl.story(alone.leg).count("CHANNEL_PARK")
        esl.api("global_setvar switchd_alive=true")
        assert esl.api("lua dead_man.lua back").startswith("+OK 1")
        alone.becomes("waiting")
        alone.until(
            lambda: esl.story(alone.leg).count("CHANNEL_PARK") > before, "park for the switchd"
        )
        assert alone.variable("switchd_queued_at") == QUEUED_AT

    def test_does_not_get_who_talks(self, house: House, alone: Alone, esl: Client) -> None:
        house.seat("1001")
        alone.is_left()
        alone.talks_with()
        esl.api("global_setvar switchd_alive=true")
        assert esl.api("lua dead_man.lua back").startswith("+OK 0")
        assert alone.variable("switchd_state") == "degraded"
