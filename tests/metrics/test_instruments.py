"""What Prometheus reads after something has happened."""

from __future__ import annotations

from dataclasses import replace

import pytest
from prometheus_client import CollectorRegistry

from routing.record import LegRecord, Outcome, TraceRecord
from switchd.metrics.collector import HotlineCollector
from switchd.metrics.instruments import Instruments
from switchd.metrics.readings import Group, Reading
from tests.records.examples import call


@pytest.fixture
def instruments() -> Instruments:
    return Instruments()


def value(registry: CollectorRegistry, name: str, **labels: str) -> float | None:
    return registry.get_sample_value(name, labels)


class TestACallThatEnded:
    def test_counts_by_line_and_outcome(self, instruments: Instruments) -> None:
        instruments.ended(call("c1", line_meant="12345", outcome=Outcome.ABANDONED))
        instruments.ended(call("c1", line_meant="12345", outcome=Outcome.ABANDONED))
        counted = value(
            instruments.registry, "switchd_calls_ended_total", line="12345", outcome="abandoned"
        )
        assert counted == 2

    def test_is_in_the_bucket_of_its_wait(self, instruments: Instruments) -> None:
        record = call("c1", line_meant="12345", queued_at=100.0, answered_at=112.0)
        instruments.ended(record)
        instruments.ended(replace(record, answered_at=116.0))
        within = value(instruments.registry, "switchd_wait_seconds_bucket", line="12345", le="15.0")
        assert within == 1
        assert value(instruments.registry, "switchd_wait_seconds_count", line="12345") == 2

    def test_tells_how_each_phone_answered(self, instruments: Instruments) -> None:
        instruments.ended(
            call("c1", legs=(a_leg("USER_BUSY", None), a_leg("NORMAL_CLEARING", 112.0)))
        )
        assert value(instruments.registry, "switchd_offers_total", result="USER_BUSY") == 1
        assert value(instruments.registry, "switchd_offers_total", result="answered") == 1


class TestACommand:
    def test_without_a_reply_is_counted_apart(self, instruments: Instruments) -> None:
        instruments.command("uuid_bridge", 0.004, answered=True)
        instruments.command("uuid_bridge", 5.0, answered=False)
        registry = instruments.registry
        assert value(registry, "switchd_command_seconds_count", command="uuid_bridge") == 1
        assert value(registry, "switchd_commands_failed_total", command="uuid_bridge") == 1


class TestTheMoment:
    def test_is_read_anew_for_each_scrape(self, instruments: Instruments) -> None:
        hotline = Hotline()
        instruments.registry.register(HotlineCollector(hotline))
        registry = instruments.registry
        assert value(registry, "switchd_waiting", group="intake") == 3
        hotline.waiting = 4
        assert value(registry, "switchd_waiting", group="intake") == 4

    def test_without_redis_says_so_and_shows_the_rest(self, instruments: Instruments) -> None:
        hotline = Hotline()
        hotline.reached = False
        instruments.registry.register(HotlineCollector(hotline))
        assert value(instruments.registry, "switchd_queue_up") == 0
        assert value(instruments.registry, "switchd_calls", state="talking") == 2


class Hotline:
    waiting = 3
    reached = True

    def read(self) -> Reading:
        return Reading(
            owner=True,
            standbys=1,
            link_up=True,
            draining=False,
            calls={"talking": 2},
            seats={"ready": 1} if self.reached else {},
            groups={"intake": Group(self.waiting, 12.0)} if self.reached else {},
            queue_reached=self.reached,
            without_queue=not self.reached,
            handed_over=0 if self.reached else 7,
            spool=0,
        )


def a_leg(cause: str, answered_at: float | None) -> LegRecord:
    return LegRecord(
        leg="leg-" + cause,
        role="seat",
        seat="1001",
        agent="8001",
        started_at=100.0,
        answered_at=answered_at,
        bridged_at=answered_at,
        ended_at=130.0,
        cause=cause,
    )


class TestATalkWithoutARecording:
    @pytest.mark.parametrize("what", ["recording.failed", "recording.cut"])
    def test_is_counted_once(self, instruments: Instruments, what: str) -> None:
        step = TraceRecord(120.0, what, {"why": "uri-failure"})
        instruments.ended(call("c1", trace=(step, step)))
        instruments.ended(call("c2"))
        assert value(instruments.registry, "switchd_recordings_failed_total") == 1


class TestALoopThatStoodStill:
    def test_is_seen_although_it_keeps_up_again_by_the_next_scrape(
        self, instruments: Instruments
    ) -> None:
        instruments.loop(2.5)
        instruments.stalled(2.5)
        instruments.loop(0.0)
        assert value(instruments.registry, "switchd_loop_lag_seconds") == 0
        assert value(instruments.registry, "switchd_loop_stalled_seconds_total") == 2.5
