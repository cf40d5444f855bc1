"""The processes in which the daemon asks SQL: what an operator sees of them, and of their end."""

from __future__ import annotations

import os
import signal

from routing.record import CallRecord
from tests.records.processes import below, wait_until_gone
from tests.scenarios.hotline import Hotline, wait_for


def calls_and_talks(hotline: Hotline) -> CallRecord:
    """A call is answered by 1001, ends, and is written down."""
    caller = hotline.talks_with("1001")
    hotline.seat_hangs_up("1001")
    record = hotline.record_of(caller)
    hotline.waits_until_seat_is("1001", "ready")
    return record


def helpers(hotline: Hotline) -> list[int]:
    assert hotline.daemon is not None
    return [
        *below(hotline.daemon.pid, "switchd-stem"),
        *below(hotline.daemon.pid, "switchd-sql"),
    ]


class TestKilled:
    def test_calls_go_on_and_each_is_written_once(self, own_hotline: Hotline) -> None:
        hotline = own_hotline
        hotline.start_daemon()
        calls_and_talks(hotline)
        _, *workers = helpers(hotline)
        assert workers
        caller = hotline.talks_with("1001")
        for worker in workers:
            os.kill(worker, signal.SIGKILL)
        hotline.seat_hangs_up("1001")
        assert hotline.record_of(caller).seat == "1001"
        wait_for(lambda: "sql process ended" in hotline.log, "the admin is told")
        assert calls_and_talks(hotline).seat == "1001"
        assert hotline.records() == 3

    def test_with_the_process_that_starts_them_they_are_started_all_the_same(
        self, own_hotline: Hotline
    ) -> None:
        hotline = own_hotline
        hotline.start_daemon()
        calls_and_talks(hotline)
        killed = helpers(hotline)
        caller = hotline.talks_with("1001")
        for helper in killed:
            os.kill(helper, signal.SIGKILL)
        hotline.seat_hangs_up("1001")
        assert hotline.record_of(caller).seat == "1001"
        wait_for(lambda: "sql stem was gone" in hotline.log, "the admin is told")
        left = helpers(hotline)
        assert len(left) >= 2
        assert not set(left) & set(killed)
        hotline.kill_daemon()
        wait_until_gone(*killed, *left)


class TestTheDaemonEnds:
    def test_by_a_kill_and_leaves_no_process_behind(self, own_hotline: Hotline) -> None:
        hotline = own_hotline
        hotline.start_daemon()
        calls_and_talks(hotline)
        left = helpers(hotline)
        assert len(left) >= 2
        hotline.kill_daemon()
        wait_until_gone(*left)

    def test_by_a_signal_to_all_its_processes_with_every_record_in_sql(
        self, own_hotline: Hotline
    ) -> None:
        hotline = own_hotline
        hotline.start_daemon()
        caller = hotline.talks_with("1001")
        hotline.seat_hangs_up("1001")
        wait_for(lambda: hotline.status()["calls"] == 0, "the call has ended")
        left = helpers(hotline)
        for helper in left:
            os.kill(helper, signal.SIGTERM)
        assert hotline.stop_daemon() == 0
        assert hotline.record_of(caller).seat == "1001"
        wait_until_gone(*left)
