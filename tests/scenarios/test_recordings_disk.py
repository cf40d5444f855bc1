"""The disk of the recordings is full, or its folder cannot be written: calls go on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from routing.record import CallRecord, Outcome
from switchd.sim.callers import CallerState
from tests.scenarios.hotline import Hotline, wait_for
from tests.scenarios.test_metrics import figure

FAILED = "switchd_recordings_failed_total"


@pytest.fixture
def no_room(own_hotline: Hotline) -> Iterator[Hotline]:
    """Where the folders of days should be there is a file."""
    own_hotline.start_daemon()
    recordings = own_hotline.folder / "state" / "recordings"
    elsewhere = recordings.rename(recordings.with_name("elsewhere"))
    recordings.touch()
    yield own_hotline
    recordings.unlink()
    elsewhere.rename(recordings)


def steps(record: CallRecord) -> list[str]:
    return [step.what for step in record.trace]


class TestATalk:
    def test_goes_on_and_its_record_says_that_there_is_no_recording(self, no_room: Hotline) -> None:
        hotline = no_room
        caller = hotline.talks_with("1001")
        wait_for(lambda: "talk not recorded" in hotline.log, "the log says so at once")
        assert caller.state is CallerState.TALKING
        hotline.seat_hangs_up("1001")
        record = hotline.record_of(caller)
        assert (record.outcome, record.survey_key) == (Outcome.ANSWERED, "2")
        assert record.recording == ""
        assert "recording.failed" in steps(record)
        assert figure(hotline, FAILED) == 1

    def test_that_can_be_recorded_is_not_counted(self, own_hotline: Hotline) -> None:
        hotline = own_hotline
        hotline.start_daemon()
        caller = hotline.talks_with("1001")
        hotline.seat_hangs_up("1001")
        record = hotline.record_of(caller)
        assert hotline.recording(record).exists()
        assert not [step for step in steps(record) if step.startswith("recording.")]
        assert figure(hotline, FAILED) == 0

    def test_whose_file_is_lost_at_its_end_has_none_in_its_record(
        self, own_hotline: Hotline
    ) -> None:
        hotline = own_hotline
        hotline.start_daemon()
        caller = hotline.talks_with("1001")
        recordings = hotline.folder / "state" / "recordings"
        wait_for(lambda: list(recordings.rglob("*.wav")), "it is being recorded")
        recordings.rename(recordings.with_name("elsewhere"))
        recordings.touch()
        hotline.seat_hangs_up("1001")
        record = hotline.record_of(caller)
        assert (record.outcome, record.recording) == (Outcome.ANSWERED, "")
        assert figure(hotline, FAILED) == 1
