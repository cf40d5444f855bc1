"""Every switchd is dead: FreeSWITCH serves callers by itself, and gives them back afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from routing.record import EndedBy, Outcome
from tests.live.hotline import LiveHotline

CALLERS = ("13800000001", "13800000002", "13800000003")
TALKER = "13700000001"
LATE = "13800000004"


@pytest.fixture
def hotline(tmp_path: Path) -> Iterator[LiveHotline]:
    opened = LiveHotline(tmp_path)
    try:
        opened.start()
        yield opened
    finally:
        opened.close()


def state(hotline: LiveHotline, number: str) -> str:
    """variable_switchd_state of a caller's leg; "" once it is gone."""
    leg = leg_of(hotline, number)
    return hotline.house.api(f"uuid_getvar {leg} switchd_state") if leg else ""


def leg_of(hotline: LiveHotline, number: str) -> str:
    rows = orjson.loads(hotline.house.api("show channels as json")).get("rows", [])
    return next(
        (r["uuid"] for r in rows if r["cid_num"] == number and r["direction"] == "inbound"), ""
    )


def place(hotline: LiveHotline, number: str) -> float:
    """When the caller began to wait, by the daemon; seconds since the epoch."""
    (found,) = [c for c in hotline.client.get("calls") if c["call"] == leg_of(hotline, number)]
    return float(found["queued_at"])


def talks_there(hotline: LiveHotline, number: str) -> bool:
    """Whether the caller talks with a seat in the degraded context."""
    shown = orjson.loads(hotline.house.api("show calls as json")).get("rows", [])
    return leg_of(hotline, number) in [row["uuid"] for row in shown if row["b_uuid"]]


def waits(hotline: LiveHotline, *numbers: str) -> None:
    for index, number in enumerate(numbers, start=1):
        hotline.house.call(number, "12345")
        hotline.waits_until(lambda n=index: hotline.status()["waiting"] == n, "the caller waits")


class TestAKilledDaemon:
    def test_leaves_callers_whom_freeswitch_serves_and_gives_back_in_their_order(
        self, hotline: LiveHotline
    ) -> None:
        house = hotline.house
        first = house.seat("1001")
        assert first is not None
        hotline.makes_ready("1001")
        house.call(TALKER, "12345")
        hotline.waits_until_seat_is("1001", "talking")
        waits(hotline, *CALLERS)
        queued_at = {leg_of(hotline, n): place(hotline, n) for n in CALLERS}
        hotline.kill_daemon()
        second = house.seat("1002", answers_after=0.5)
        assert second is not None

        hotline.waits_until(lambda: state(hotline, CALLERS[2]) == "degraded", "left alone")
        assert state(hotline, TALKER) == "talking"
        assert second.wait_for("answered")
        house.call(LATE, "12345")
        hotline.waits_until(lambda: state(hotline, LATE) == "degraded", "straight there")
        (served,) = [n for n in CALLERS if talks_there(hotline, n)]
        gave_up = next(n for n in CALLERS if n != served)
        house.api(f"uuid_kill {leg_of(hotline, gave_up)} ORIGINATOR_CANCEL")
        (other,) = set(CALLERS) - {served, gave_up}

        hotline.start()

        hotline.waits_until(lambda: hotline.status()["waiting"] == 2, "the others wait again")
        assert place(hotline, other) == pytest.approx(queued_at[leg_of(hotline, other)], abs=0.01)
        assert place(hotline, other) < place(hotline, LATE)
        hotline.waits_until_seat_is("1001", "talking")
        assert hotline.record(gave_up).outcome is Outcome.ABANDONED
        assert state(hotline, served) == "degraded"
        second.hang_up()
        record = hotline.record(served)
        assert (record.outcome, record.seat, record.ended_by) == (
            Outcome.ANSWERED,
            "1002",
            EndedBy.SEAT,
        )
        third = house.seat("1003", hangs_up_after=1)
        assert third is not None
        hotline.makes_ready("1003")
        answered = [hotline.record(n).answered_at for n in (other, LATE)]
        assert answered == sorted(answered)  # type: ignore[type-var]
        assert first.count("answered") == 1

    def test_leaves_no_call_without_a_record_that_ends_at_once(self, hotline: LiveHotline) -> None:
        """FreeSWITCH does not know yet that it is alone."""
        house = hotline.house
        phone = house.seat("1001")
        assert phone is not None
        hotline.makes_ready("1001")
        house.call(TALKER, "12345")
        hotline.waits_until_seat_is("1001", "talking")
        waits(hotline, CALLERS[0])
        hotline.waits_until(lambda: state(hotline, CALLERS[0]) == "waiting", "it is written down")
        hotline.kill_daemon()
        house.api(f"uuid_kill {leg_of(hotline, CALLERS[0])} ORIGINATOR_CANCEL")
        phone.hang_up()
        house.api(f"uuid_kill {leg_of(hotline, TALKER)} NORMAL_CLEARING")
        assert house.api("global_getvar switchd_alive") == "true"

        hotline.start()

        record = hotline.record(TALKER)
        assert (record.outcome, record.seat) == (Outcome.ANSWERED, "1001")
        assert "switch.alone" in [step.what for step in record.trace]
        assert hotline.record(CALLERS[0]).outcome is Outcome.ABANDONED
        hotline.waits_until_seat_is("1001", "ready")


class TestASeatThatFreeswitchRings:
    def test_is_busy_for_a_switchd_that_is_back_until_the_talk_ends(
        self, hotline: LiveHotline
    ) -> None:
        phone = hotline.house.seat("1001", answers_after=10)
        hotline.makes_ready("1001")
        hotline.kill_daemon()
        hotline.waits_until(
            lambda: hotline.house.api("global_getvar switchd_alive") == "false", "nobody is there"
        )
        hotline.house.call(LATE, "12345")
        assert phone.wait_for("called")
        hotline.start()
        hotline.waits_until_seat_is("1001", "talking")
        hotline.waits_until(lambda: talks_there(hotline, LATE), "they talk")
        waits(hotline, CALLERS[0])
        assert phone.count("called") == 1
        phone.hang_up()
        hotline.waits_until(lambda: phone.count("called") == 2, "it is the next one's turn")
