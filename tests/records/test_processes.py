"""Whole processes: one dies in the middle of its work, one reads and writes at the same time."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from switchd.records.engine import open_engine
from switchd.records.spool import Spool
from switchd.records.store import Store
from switchd.records.tables import CallRow, LegRow
from switchd.records.writer import Writer
from tests.records.examples import ANSWERED_CALL, call

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("patched", ["patched", "unpatched"])
def test_kill_9_loses_nothing_that_was_taken_and_writes_nothing_twice(
    tmp_path: Path, url: str, patched: str
) -> None:
    """Each life ends after another number of writes, wherever its greenlets are just then."""
    folder = tmp_path / "spool"
    taken: list[str] = []
    for life, written in enumerate((0, 1, 50, 150)):
        taken += _live_and_be_killed(folder, url, f"life{life}", written, patched)

    spool, store = Spool(folder), Store(url)
    writer = Writer(spool, store)
    writer.start()
    assert writer.flush(60)
    assert writer.stop()
    assert (spool.waiting, spool.set_aside - spool.torn) == (0, 0)
    spool.close()

    engine = open_engine(url)
    with engine.connect() as connection:
        found = connection.scalars(select(CallRow.call)).all()
        legs = connection.scalar(select(func.count()).select_from(LegRow))
    engine.dispose()
    assert set(taken) <= set(found)
    assert legs == len(found) * len(ANSWERED_CALL.legs)
    assert store.get(taken[-1]) == call(taken[-1])
    store.close()


def test_many_threads_may_read_while_the_writer_writes(tmp_path: Path, url: str) -> None:
    """In a patched process, where locks that gevent has replaced can hang between threads."""
    command = [sys.executable, "-m", "tests.records.reader", str(tmp_path / "spool"), url]
    subprocess.run(command, cwd=ROOT, check=True, timeout=100)


def _live_and_be_killed(folder: Path, url: str, run: str, written: int, patched: str) -> list[str]:
    """Run a process until it has written so many records, kill it, return those it had taken."""
    command = [sys.executable, "-m", "tests.records.daemon", str(folder), url, run, patched]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        taken = []
        for line in process.stdout:
            if line.endswith("\n"):  # the last one may have been cut
                call_id, written_so_far = line.split()
                taken.append(call_id)
                if int(written_so_far) >= written:
                    process.kill()
    assert process.returncode == -signal.SIGKILL
    return taken
