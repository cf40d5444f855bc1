"""A patched process that writes records and reads them in many threads at once, as the daemon may.

python -m tests.records.reader SPOOL URL
"""

# ruff: noqa: E402 - patching comes before every other import

from __future__ import annotations

import sys

from gevent import monkey

monkey.patch_all()

from pathlib import Path

import gevent

from switchd.records.desks import SqlDesks
from switchd.records.schema import migrate
from switchd.records.spool import Spool
from switchd.records.store import Store
from switchd.records.writer import Writer
from tests.records.examples import calls

READERS, READS, CALLS = 20, 40, 1000
PATIENCE = 30.0


def main(folder: str, url: str) -> None:
    """Write and read at the same time; end with an error if any of it does not come to its end."""
    desks = SqlDesks(url, "pingdingshan")
    migrate(url)
    spool, store = Spool(Path(folder)), Store(url)
    writer = Writer(spool, desks.calls, gather_seconds=0, batch=10)
    writer.start()
    readers = [gevent.spawn(_read, store) for _ in range(READERS)]
    for record in calls(CALLS):
        spool.append(record)
        gevent.sleep(0.001)
    finished = gevent.joinall(readers, timeout=PATIENCE, raise_error=True)
    assert len(finished) == READERS
    assert writer.flush(PATIENCE)
    assert writer.stop()
    assert store.summary(0, 4e9).calls == CALLS
    desks.close()


def _read(store: Store) -> None:
    for _ in range(READS):
        gevent.get_hub().threadpool.apply(store.recent, (20,))


if __name__ == "__main__":
    main(*sys.argv[1:])
