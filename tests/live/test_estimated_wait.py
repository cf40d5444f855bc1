"""What is in a waiting caller's ear on a real FreeSWITCH: the position and the estimated wait.

Every piece of the announcement is a tone of its own here, and what the caller's leg was sent is
recorded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from routing.record import CallRecord
from tests.live.hotline import LiveHotline
from tests.live.mobiles import new_mobile
from tests.live.tones import heard, prompt

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]
PIECES = {
    "you_are_next": 500,
    "position_before": 700,
    "num_1": 900,
    "position_after": 1100,
    "wait_about": 1300,
    "num_liang": 1700,
    "minutes": 2300,
}
"""Prompt → its tone, hertz."""
WRAP_UP_SECONDS = 100
SEATS = ("1001", "1002", "1003", "1004", "1005")


def changes(outside: int) -> Mapping[str, Any]:
    """A city whose agents take more than a minute behind every talk."""
    group = {"title": "受理", "ring_seconds": 10, "wrap_up_seconds": WRAP_UP_SECONDS}
    return {
        "groups": {"intake": group},
        "waiting": {"busy_after_seconds": 1, "position_every_seconds": 4},
    }


@pytest.fixture(scope="module")
def hotline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveHotline]:
    hotline = LiveHotline(tmp_path_factory.mktemp("estimated-wait"), changes)
    for name, hertz in PIECES.items():
        prompt(hotline.folder / "prompts" / "zh" / f"{name}.wav", hertz)
    with hotline:
        yield hotline


def told(record: CallRecord) -> list[tuple[str, str]]:
    """The positions and waits that the record says were announced."""
    steps = (step.facts for step in record.trace if step.what == "queue.told")
    return [(facts["position"], facts["wait"]) for facts in steps]


class TestTheEstimatedWait:
    def test_is_heard_behind_the_position_as_soon_as_talks_were_measured(
        self, hotline: LiveHotline
    ) -> None:
        """Five talks of a second, then everybody writes: somebody is free in less than two
        minutes, and more than one."""
        for seat in SEATS:
            hotline.house.seat(seat, answers_after=0.1, hangs_up_after=1.0)
        hotline.makes_ready(*SEATS)
        served = [new_mobile() for _ in SEATS]
        for number in served:
            hotline.house.call(number, "12345", hangs_up_after=30.0)
        for number in served:
            hotline.record(number)
        first, second = new_mobile(), new_mobile()
        hotline.house.call(first, "12345", hangs_up_after=25.0)
        hotline.waits_until(lambda: hotline.status()["waiting"] == 1, "one waits")
        call = hotline.house.call(second, "12345", hangs_up_after=15.0)
        hotline.waits_until(lambda: hotline.status()["waiting"] == 2, "two wait")
        ear = hotline.folder / "ear.wav"
        assert hotline.house.api(f"uuid_record {leg(hotline, second)} start {ear}")
        assert call.wait(30)
        position, wait = told(hotline.record(second))[-1]
        assert position == "2"
        assert 60 < float(wait.removesuffix(" s")) <= 120
        pieces = ("position_before", "num_1", "position_after", "wait_about", "num_liang")
        tones = [PIECES[piece] for piece in (*pieces, "minutes")]
        assert _contains(heard(ear, PIECES.values()), tones)
        assert told(hotline.record(first))[0][0] == "1"


def leg(hotline: LiveHotline, caller: str) -> str:
    (row,) = [row for row in hotline.client.get("calls") if row["caller"] == caller]
    return str(row["call"])


def _contains(whole: list[int], part: list[int]) -> bool:
    return any(whole[n : n + len(part)] == part for n in range(len(whole)))
