"""Keys pressed at a seat, on a real FreeSWITCH: the caller's recording has none of them."""

from __future__ import annotations

import wave
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.hotline import LiveHotline
from tests.live.tones import frequencies_over_time, tone

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]
SEATS_VOICE = 400
CALLERS_VOICE = 1000


@pytest.fixture(scope="module")
def hotline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveHotline]:
    with LiveHotline(tmp_path_factory.mktemp("unheard")) as hotline:
        yield hotline


@pytest.mark.parametrize("by_rtp", [False, True], ids=["SIP INFO", "RFC 2833"])
def test_keys_of_a_seat_are_not_in_what_the_caller_hears(
    hotline: LiveHotline, tmp_path: Path, by_rtp: bool
) -> None:
    voice = tone(tmp_path / "seat.alaw", SEATS_VOICE)
    phone = hotline.house.seat("1001", speaks=voice, keys_by_rtp=by_rtp)
    hotline.makes_ready("1001")
    mobile = f"1380000000{int(by_rtp)}"
    hotline.house.call(
        mobile, "12345", speaks=tone(tmp_path / "caller.alaw", CALLERS_VOICE), hangs_up_after=8.0
    )
    hotline.waits_until_seat_is("1001", "talking")
    assert phone is not None
    phone.press("1234567890")
    record = hotline.record(mobile)
    path = hotline.folder / "recordings" / record.recording
    with wave.open(str(path)) as recording:
        assert recording.getnframes() > 2 * 8000
    caller, seat = frequencies_over_time(path)
    assert set(caller) == {CALLERS_VOICE}
    assert max(seat) == SEATS_VOICE, "every key's tones are higher"
    hotline.waits_until_seat_is("1001", "ready")
