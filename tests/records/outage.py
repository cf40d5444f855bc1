"""A process that keeps records through an outage of SQL as the daemon does, to be killed by a test.

    python -m tests.records.outage SPOOL URL RUN COUNT

appends calls RUN-0, RUN-1, … as fast as the spool takes them, COUNT of them, while a writer tries
to bring them to the database at URL, and then lets it go on. Prints for each the call's id, how
many are written and the kilobytes of resident memory, and goes on printing the last two.
"""

from __future__ import annotations

import sys

if __name__ == "__main__":
    from gevent import monkey

    monkey.patch_all()

from pathlib import Path

import gevent
import structlog

from switchd.records.spool import Spool
from switchd.records.store import Store
from switchd.records.writer import Writer
from tests.records.examples import call

PAGE_KB = 4


def resident_kb() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_KB


def tell(what: str, writer: Writer) -> None:
    sys.stdout.write(f"{what} {writer.written} {resident_kb()}\n")
    sys.stdout.flush()


def main(folder: str, url: str, run: str, count: int) -> None:
    """Append and write until killed."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    spool = Spool(Path(folder), segment_bytes=500_000)
    writer = Writer(spool, Store(url), gather_seconds=0, pause=lambda failures: 0.1)
    writer.start()
    for number in range(count):
        spool.append(call(f"{run}-{number}"))
        tell(f"{run}-{number}", writer)
        gevent.sleep(0)
    while True:
        tell("-", writer)
        gevent.sleep(0.01)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
