"""A seat's phone that loses its power in the middle of a consultation, on a real FreeSWITCH."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.live import test_control as control
from tests.live.hotline import LiveHotline
from tests.live.tones import tone

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]
MOBILE, BEHIND = "13988888888", "13999999999"
SILENT_SECONDS = 3


def changes(outside: int) -> Mapping[str, Any]:
    freeswitch = {"rtp": {"silent_seconds": SILENT_SECONDS}}
    return {**control.changes(outside), "freeswitch": freeswitch}


@pytest.fixture
def hotline(tmp_path: Path) -> Iterator[LiveHotline]:
    with LiveHotline(tmp_path, changes) as hotline:
        yield hotline


def test_the_caller_is_first_in_line_again_and_the_expert_is_let_go(
    hotline: LiveHotline, tmp_path: Path
) -> None:
    voice = tone(tmp_path / "voice.alaw", 1000)

    def state(mobile: str) -> str:
        rows = [row for row in hotline.client.get("calls") if row["caller"] == mobile]
        return str(rows[0]["state"]) if rows else "none"

    def becomes(mobile: str, wanted: str) -> None:
        hotline.waits_until(lambda: state(mobile) == wanted, f"{mobile} is {wanted}")

    expert = control.outside(hotline, control.EXPERT)
    phone = control.phone(hotline, "1001", speaks=voice)
    caller = hotline.house.call(MOBILE, "12345", speaks=voice)
    becomes(MOBILE, "talking")
    hotline.client.control("1001", "consult", target="expert:medical", who="1001")
    becomes(MOBILE, "consulting")
    hotline.client.seat("1001", "not-ready", reason="break")
    behind = hotline.house.call(BEHIND, "12345", speaks=voice)
    becomes(BEHIND, "waiting")
    phone.kill()
    becomes(MOBILE, "waiting")
    assert expert.wait_for("ended")
    control.phone(hotline, "1002", speaks=voice)
    becomes(MOBILE, "talking")
    assert state(BEHIND) == "waiting"
    behind.hang_up()
    caller.hang_up()
    record = hotline.record(MOBILE)
    assert record.seat == "1002"
    assert [part.what for part in record.segments][-2:] == ["wait", "talk"]
    assert "MEDIA_TIMEOUT" in [leg.cause for leg in record.legs]
