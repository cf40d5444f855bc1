"""The disk of the recordings is full, under a real FreeSWITCH."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from routing.record import CallRecord, Outcome
from tests.live.hotline import LiveHotline
from tests.live.mobiles import new_mobile

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]
TALK_SECONDS = 4.0
"""A stereo recording of it has 128 kB."""


@contextmanager
def disk(folder: Path, size: str) -> Iterator[None]:
    """Let the folder be a disk of its own, as small as that."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(folder)]
    done = subprocess.run(mount, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"no small disk can be mounted: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def hotline(tmp_path: Path) -> Iterator[LiveHotline]:
    opened = LiveHotline(tmp_path)
    try:
        opened.start()
        yield opened
    finally:
        opened.close()


def talks(hotline: LiveHotline) -> CallRecord:
    """The record of a talk that lasts its time."""
    mobile = new_mobile()
    hotline.house.seat("1001", answers_after=0.2, hangs_up_after=TALK_SECONDS)
    hotline.makes_ready("1001")
    hotline.house.call(mobile, "12345")
    record = hotline.record(mobile)
    assert record.outcome is Outcome.ANSWERED
    assert record.talk_seconds is not None
    assert record.talk_seconds > TALK_SECONDS - 1.0
    return record


class TestADiskThatFillsUp:
    def test_while_they_talk_leaves_the_beginning_and_the_record_says_so(
        self, hotline: LiveHotline
    ) -> None:
        with disk(hotline.folder / "recordings", "64k"):
            record = talks(hotline)
            assert (hotline.folder / "recordings" / record.recording).stat().st_size == 65536
        assert "recording.cut" in [step.what for step in record.trace]

    def test_before_the_talk_leaves_nothing_and_the_record_names_no_file(
        self, hotline: LiveHotline
    ) -> None:
        folder = hotline.folder / "recordings"
        with disk(folder, "64k"):
            (folder / "others").write_bytes(bytes(65536))
            record = talks(hotline)
        assert record.recording == ""
        assert "recording.failed" in [step.what for step in record.trace]
