"""In the daemon everything runs in greenlets of one patched process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROGRAM = """
from gevent import monkey
monkey.patch_all()
import sys, time
from pathlib import Path
import gevent
from switchd.queues.connection import connect
from switchd.queues.deadlines import Deadlines
from switchd.queues.embedded import EmbeddedRedis
from switchd.queues.facts import OfferMade
from switchd.queues.inbox import Inbox
from switchd.queues.waitlist import Waitlist

CALLERS, SEATS = 300, 20
done = []

def talk(offer):
    assert waitlist.accept(offer.token, time.time())
    gevent.sleep(0)
    assert waitlist.release(offer.seat, offer.token, 0.01, time.time())
    done.append(offer.call)

def listen():
    for event in inbox:
        assert isinstance(event, OfferMade)
        gevent.spawn(talk, event.offer)

def arrive(call):
    now = time.time()
    waitlist.enqueue(call, "hotline", enqueued_at=now, ring_seconds=60, now=now)

with EmbeddedRedis(Path(sys.argv[1])) as server:
    client = connect(server.url, connections=8)
    waitlist = Waitlist(client, "pingdingshan", "daemon-1")
    inbox = Inbox(client, "pingdingshan", "daemon-1")
    deadlines = Deadlines(waitlist)
    workers = [gevent.spawn(listen), gevent.spawn(deadlines.run)]
    for n in range(SEATS):
        seat = str(1001 + n)
        waitlist.define_seat(seat, time.time())
        waitlist.serve(seat, {"hotline": 5}, time.time())
        waitlist.phone(seat, True, time.time())
        waitlist.sign_in(seat, seat, time.time())
        waitlist.ready(seat, time.time())
    gevent.joinall([gevent.spawn(arrive, f"c{n}") for n in range(CALLERS)], raise_error=True)
    with gevent.Timeout(60):
        while len(done) < CALLERS:
            gevent.sleep(0.005)
    inbox.close()
    deadlines.close()
    gevent.joinall(workers, raise_error=True)
    print(len(done), len(set(done)))
"""


class TestGreenlets:
    def test_hundreds_of_callers_share_a_few_connections(self, tmp_path: Path) -> None:
        """Every caller talks exactly once; wrap-ups are ended by the deadlines greenlet."""
        program = subprocess.run(
            [sys.executable, "-c", PROGRAM, str(tmp_path)],
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        assert program.stdout == "300 300\n", program.stderr
        assert program.stderr == ""
