"""A process that does with records what the daemon does, to be killed by a test.

    python -m tests.records.daemon SPOOL URL RUN [patched]

appends calls RUN-0, RUN-1, … for ever, about a thousand a second, and writes them to the database
at URL meanwhile. Prints each call's id once `append` has returned, and how many are written.
"""

from __future__ import annotations

import sys

if sys.argv[4:] == ["patched"]:
    from gevent import monkey

    monkey.patch_all()

from itertools import count
from pathlib import Path

import gevent
import structlog

from switchd.records.desks import SqlDesks
from switchd.records.schema import migrate
from switchd.records.spool import Spool
from switchd.records.writer import Writer
from tests.records.examples import call


def main(folder: str, url: str, run: str) -> None:
    """Append and write until killed."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    desks = SqlDesks(url, "pingdingshan")
    migrate(url)
    spool = Spool(Path(folder), segment_bytes=20_000)
    writer = Writer(spool, desks.calls, batch=20, gather_seconds=0)
    writer.start()
    for number in count():
        spool.append(call(f"{run}-{number}"))
        sys.stdout.write(f"{run}-{number} {writer.written}\n")
        sys.stdout.flush()
        gevent.sleep(0.001)


if __name__ == "__main__":
    main(*sys.argv[1:4])
