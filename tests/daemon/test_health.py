"""What keeps systemd from believing that a daemon is alive."""

from __future__ import annotations

import gevent

from switchd.health import STUCK_SECONDS, Health


class TestHealth:
    def test_is_good_while_everything_runs(self) -> None:
        busy = gevent.spawn(gevent.sleep, 60)
        gevent.sleep(0)
        try:
            assert Health(lambda: [busy], lambda: None)() == ""
        finally:
            busy.kill()

    def test_is_bad_when_something_has_ended_that_must_not(self) -> None:
        ended = gevent.spawn(lambda: None)
        ended.join()
        assert "ended" in Health(lambda: [ended], lambda: None)()

    def test_is_bad_when_an_event_is_never_done(self) -> None:
        health = Health(list, lambda: 100.0, clock=lambda: 100.0 + STUCK_SECONDS + 1)
        assert "21 s" in health()

    def test_is_good_while_an_event_is_being_handled(self) -> None:
        assert Health(list, lambda: 100.0, clock=lambda: 101.0)() == ""
