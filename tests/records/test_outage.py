"""SQL is away for an hour of a busy day: every record waits on disk and is written once."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import func, select

from switchd.records.engine import open_engine
from switchd.records.errors import SpoolFull, StoreUnavailable
from switchd.records.schema import migrate
from switchd.records.spool import Spool
from switchd.records.store import Store
from switchd.records.tables import CallRow, LegRow
from switchd.records.writer import Writer
from tests.records.examples import ANSWERED_CALL, call, calls

ROOT = Path(__file__).parents[2]
LIVES = 3
"""Daemons that are killed while SQL is away, and again as many while it takes the records."""
RECORDS = 2_000
"""Calls in each of the lives without SQL: together an hour of 1.7 calls a second."""
MOST_GROWTH_KB = 16_000
FIRST_RECORDS = 500
"""After so many a process has loaded whatever it needs."""


@dataclass
class Life:
    """One process, from its start to kill -9."""

    taken: list[str] = field(default_factory=list)
    written: int = 0
    resident_kb: list[int] = field(default_factory=list)

    @property
    def growth_kb(self) -> int:
        """How much more memory it had at most than when it had come to rest."""
        rest = self.resident_kb[FIRST_RECORDS:]
        return max(rest, default=0) - min(rest, default=0)


def lives(folder: Path, url: str, run: str, *, appends: int, until_written: int = 0) -> Life:
    """Run a process until it has taken and written so many records, and kill it."""
    command = [sys.executable, "-m", "tests.records.outage", str(folder), url, run, str(appends)]
    life = Life()
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if not line.endswith("\n"):  # cut by the kill
                break
            call_id, written, resident = line.split()
            life.taken += [call_id] if call_id != "-" else []
            life.written = int(written)
            life.resident_kb.append(int(resident))
            if len(life.taken) >= appends and life.written >= until_written:
                process.kill()
    assert process.returncode == -signal.SIGKILL
    return life


def in_sql(url: str) -> tuple[list[str], int]:
    """Every call's id, and how many legs there are."""
    engine = open_engine(url)
    try:
        with engine.connect() as connection:
            found = list(connection.scalars(select(CallRow.call)))
            return found, connection.scalar(select(func.count()).select_from(LegRow)) or 0
    finally:
        engine.dispose()


class TestAnHourWithoutSql:
    @pytest.mark.timeout(240)
    @pytest.mark.parametrize("seed", [1, 2])
    def test_costs_no_record_and_no_memory_whenever_daemons_are_killed(
        self, tmp_path: Path, url: str, seed: int
    ) -> None:
        chance = random.Random(seed)
        folder, nowhere = tmp_path / "spool", f"sqlite:///{tmp_path}/without-tables.sqlite3"
        taken: list[str] = []
        for number in range(LIVES):
            life = lives(folder, nowhere, f"away{number}", appends=RECORDS)
            assert life.written == 0
            assert life.growth_kb < MOST_GROWTH_KB
            taken += life.taken
        migrate(url)
        for number in range(LIVES):
            some = chance.randrange(1, RECORDS // 2)
            life = lives(folder, url, f"back{number}", appends=some, until_written=some)
            taken += life.taken

        spool, store = Spool(folder), Store(url)
        writer = Writer(spool, store)
        writer.start()
        assert writer.flush(120)
        assert writer.stop()
        assert (spool.waiting, spool.waiting_bytes, spool.set_aside - spool.torn) == (0, 0, 0)
        spool.close()
        store.close()
        found, legs = in_sql(url)
        assert [who for who, times in Counter(found).items() if times > 1] == []
        assert set(taken) <= set(found)
        assert legs == len(found) * len(ANSWERED_CALL.legs)


class Away:
    """SQL, which comes back when it is told to."""

    def __init__(self) -> None:
        self.back = False
        self.calls: list[str] = []

    def write(self, records: object, /) -> int:
        if not self.back:
            raise StoreUnavailable("gone")
        self.calls += [record.call for record in records]  # type: ignore[attr-defined]
        return len(self.calls)


class TestASpoolThatIsFull:
    def test_refuses_aloud_loses_none_that_it_took_and_takes_others_afterwards(
        self, tmp_path: Path
    ) -> None:
        spool = Spool(tmp_path / "spool", most_bytes=100_000, segment_bytes=20_000)
        sql = Away()
        writer = Writer(spool, sql, pause=lambda failures: 0.001)
        writer.start()
        taken, refused = [], []
        for record in calls(300):
            try:
                spool.append(record)
                taken.append(record.call)
            except SpoolFull:
                refused.append(record.call)
        assert taken
        assert spool.refused == len(refused) > 0
        assert spool.waiting_bytes <= 100_000
        assert sum(path.stat().st_size for path in spool.folder.glob("*.spool")) <= 100_000
        sql.back = True
        assert writer.flush(60)
        spool.append(call("afterwards"))
        assert writer.flush(60)
        assert sql.calls == [*taken, "afterwards"]
        assert writer.stop()
        spool.close()
