"""A scrape over HTTP, and a loop that is late."""

from __future__ import annotations

import http.client

import gevent

from switchd.metrics.instruments import Instruments
from switchd.metrics.server import MetricsServer
from switchd.pulse import LATE_SECONDS, PULSE_SECONDS, WINDOW, Pulse


class TestAScrape:
    def test_gets_the_figures_as_text(self) -> None:
        instruments = Instruments()
        instruments.lease("owner")
        server = MetricsServer("127.0.0.1", 0, instruments.registry)
        server.start()
        try:
            text = gevent.get_hub().threadpool.apply(_get, (server.port,))
        finally:
            server.stop()
        assert 'switchd_lease_changes_total{to="owner"} 1.0' in text


class TestThePulse:
    def pulse(self, pauses: list[float]) -> tuple[Pulse, list[float]]:
        now = [100.0]
        heard: list[float] = []
        left = iter(pauses)

        def pause(seconds: float) -> None:
            now[0] += seconds + next(left)

        return Pulse(heard=heard.append, clock=lambda: now[0], pause=pause), heard

    def test_tells_how_late_the_loop_was(self) -> None:
        pulse, heard = self.pulse([0.0, LATE_SECONDS])
        pulse.beat()
        pulse.beat()
        assert heard[0] == 0.0
        assert abs(heard[1] - LATE_SECONDS) < 1e-9
        assert abs(pulse.last - (100.0 + 2 * PULSE_SECONDS + LATE_SECONDS)) < 1e-9

    def test_remembers_the_worst_of_the_last_second_only(self) -> None:
        pulse, heard = self.pulse([0.3] + [0.0] * WINDOW)
        for _ in range(WINDOW + 1):
            pulse.beat()
        assert [round(lag, 3) for lag in heard] == [0.3] * WINDOW + [0.0]


def _get(port: int) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/metrics")
        return connection.getresponse().read().decode()
    finally:
        connection.close()
