"""A seat that is muted, on a real FreeSWITCH: in a talk and among three."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.hotline import LiveHotline
from tests.live.talk import CALLER, OTHER, SEAT, Talk

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def hotline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveHotline]:
    with LiveHotline(tmp_path_factory.mktemp("muting")) as hotline:
        yield hotline


def test_a_muted_seat_is_heard_by_nobody_and_hears_everybody(
    hotline: LiveHotline, tmp_path: Path
) -> None:
    talk = Talk(hotline, tmp_path)
    seat = talk.leg("1001")
    assert talk.caller_hears() == {SEAT}
    assert talk.esl.api(f"uuid_audio {seat} start read mute 1") == "+OK\n"
    assert talk.caller_hears() == set()
    assert talk.hears(seat) == {CALLER}
    hotline.makes_ready("1008")
    talk.seat.press("*21008#")
    hotline.waits_until(lambda: talk.hears(seat) == {OTHER}, "they consult")
    talk.seat.press("*5")
    hotline.waits_until(lambda: talk.caller_hears() == {OTHER}, "three talk")
    assert talk.hears(seat) == {CALLER, OTHER}
    assert talk.esl.api(f"uuid_audio {seat} stop") == "+OK\n"
    hotline.waits_until(lambda: talk.caller_hears() == {SEAT, OTHER}, "the seat is heard")
    hotline.tidies_up()
