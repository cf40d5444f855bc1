"""Every call flow, seen on a real FreeSWITCH with SIPp's callers and phones."""

from __future__ import annotations

import wave
from collections.abc import Iterator
from itertools import combinations, pairwise

import pytest

from routing.record import CallRecord, EndedBy, Outcome
from switchd.demo.telephones.sipp import until
from tests.live.hotline import SEATS, LiveHotline

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]
SAME_MOMENT_SECONDS = 0.25
"""Callers who come closer together than this may be queued in either order."""


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveHotline]:
    with LiveHotline(tmp_path_factory.mktemp("hotline")) as hotline:
        yield hotline


@pytest.fixture
def hotline(running: LiveHotline) -> Iterator[LiveHotline]:
    yield running
    running.tidies_up()


class TestAnAnsweredCall:
    def test_is_bridged_recorded_surveyed_and_written_down(
        self, hotline: LiveHotline, mobile: str
    ) -> None:
        hotline.house.seat("1001", answers_after=0.3, hangs_up_after=2.0)
        hotline.makes_ready("1001")
        call = hotline.house.call(f"+86{mobile}", "12345", keys=[(5.0, "2")])
        assert call.wait(30)
        record = hotline.record(mobile)
        assert (record.outcome, record.ended_by) == (Outcome.ANSWERED, EndedBy.SEAT)
        assert (record.seat, record.survey_meaning) == ("1001", "satisfied")
        assert [(leg.role, leg.cause) for leg in record.legs] == [
            ("caller", "NORMAL_CLEARING"),
            ("seat", "NORMAL_CLEARING"),
        ]
        assert record.talk_seconds is not None
        assert 1.0 < record.talk_seconds < 4.0
        path = hotline.folder / "recordings" / record.recording
        with wave.open(str(path)) as recording:
            assert (recording.getnchannels(), recording.getframerate()) == (2, 8000)
            assert 1.0 < recording.getnframes() / 8000 < 4.0

    def test_the_caller_hangs_up_first(self, hotline: LiveHotline, mobile: str) -> None:
        phone = hotline.house.seat("1001", answers_after=0.3)
        hotline.makes_ready("1001")
        hotline.house.call(mobile, "12345", hangs_up_after=4.0)
        record = hotline.record(mobile)
        assert (record.outcome, record.ended_by) == (Outcome.ANSWERED, EndedBy.CALLER)
        assert phone is not None
        hotline.waits_until_seat_is("1001", "ready")

    def test_an_agent_works_by_the_phone_alone(self, hotline: LiveHotline, mobile: str) -> None:
        hotline.house.seat("1002", answers_after=0.2, hangs_up_after=1.0)
        for code in ("*10", "*11"):
            dialled = hotline.house.dial("1002", code)
            assert dialled.wait(20)
            assert dialled.final == 200
        hotline.waits_until_seat_is("1002", "ready")
        hotline.house.call(mobile, "12345", hangs_up_after=8.0)
        assert hotline.record(mobile).seat == "1002"


class TestACallThatIsNotAnswered:
    def test_given_up_in_the_queue(self, hotline: LiveHotline, mobile: str) -> None:
        hotline.house.call(mobile, "12345", hangs_up_after=3.0)
        record = hotline.record(mobile)
        assert (record.outcome, record.ended_by) == (Outcome.ABANDONED, EndedBy.CALLER)
        assert record.queue_seconds is not None
        assert record.queue_seconds > 1.0

    def test_given_up_before_the_end_of_the_greeting(
        self, hotline: LiveHotline, mobile: str
    ) -> None:
        hotline.house.call(mobile, "12345", hangs_up_after=0.1)
        assert hotline.record(mobile).outcome is Outcome.ABANDONED_AT_ENTRY

    def test_given_up_while_the_phone_rings_stops_the_phone_within_a_second(
        self, hotline: LiveHotline, mobile: str
    ) -> None:
        phone = hotline.house.seat("1001", no_answer=True)
        hotline.makes_ready("1001")
        hotline.house.call(mobile, "12345", hangs_up_after=2.0)
        record = hotline.record(mobile)
        assert (record.outcome, record.legs[1].cause) == (Outcome.ABANDONED, "ORIGINATOR_CANCEL")
        assert phone is not None
        assert until(lambda: phone.count("cancelled") == 1, 10)
        stopped = next(heard.at for heard in phone.heard if heard.what == "cancelled")
        assert stopped - record.ended_at < 1.0
        hotline.waits_until_seat_is("1001", "ready")

    def test_an_unknown_number_is_refused_unanswered(
        self, hotline: LiveHotline, mobile: str
    ) -> None:
        call = hotline.house.call(mobile, "88888888")
        assert call.wait(20)
        assert call.final == 404
        assert hotline.record(mobile).outcome is Outcome.REFUSED

    def test_a_retired_number_after_its_month_has_changed(
        self, hotline: LiveHotline, mobile: str
    ) -> None:
        call = hotline.house.call(mobile, "12319")
        assert call.wait(20)
        assert call.final == 410


class TestASeatThatDoesNotTakeTheCall:
    @pytest.mark.parametrize(
        ("manner", "cause", "reason"),
        [
            ({"busy": True}, "USER_BUSY", "busy"),
            ({"no_answer": True}, "NO_ANSWER", "no_answer"),
            ({"refuses": True}, "CALL_REJECTED", "refused"),
        ],
        ids=["busy", "no answer", "refused"],
    )
    def test_is_not_ready_and_the_caller_reaches_the_next(
        self, hotline: LiveHotline, mobile: str, manner: dict[str, bool], cause: str, reason: str
    ) -> None:
        hotline.house.seat("1001", **manner)
        hotline.house.seat("1002", answers_after=0.2, hangs_up_after=1.0)
        hotline.makes_ready("1001")
        hotline.house.call(mobile, "12345", hangs_up_after=12.0)
        assert hotline.waits_until_seat_is("1001", "not_ready")["reason"] == reason
        hotline.makes_ready("1002")
        record = hotline.record(mobile)
        assert (record.outcome, record.seat) == (Outcome.ANSWERED, "1002")
        assert [leg.cause for leg in record.legs][1:] == [cause, "NORMAL_CLEARING"]

    def test_without_a_registered_phone_it_is_not_rung(
        self, hotline: LiveHotline, mobile: str
    ) -> None:
        hotline.client.seat("1003", "sign-in")
        hotline.client.seat("1003", "ready")
        hotline.house.call(mobile, "12345", hangs_up_after=12.0)
        hotline.waits_until(lambda: hotline.status()["waiting"] == 1, "the caller waits")
        hotline.house.seat("1003", answers_after=0.2, hangs_up_after=1.0)
        assert hotline.record(mobile).seat == "1003"

    def test_a_phone_whose_registration_is_stale_is_unreachable(
        self, hotline: LiveHotline, mobile: str
    ) -> None:
        """FreeSWITCH still lists the phone, but nothing listens there any more."""
        phone = hotline.house.seat("1004")
        hotline.makes_ready("1004")
        assert phone is not None
        phone.kill()
        hotline.house.call(mobile, "12345", hangs_up_after=8.0)
        seat = hotline.waits_until_seat_is("1004", "not_ready")
        assert seat["reason"] in ("unreachable", "no_answer")
        assert hotline.record(mobile).outcome is Outcome.ABANDONED


class TestFiftyCallsAtOnceOnTenSeats:
    def test_each_is_answered_once_and_leaves_one_record(self, hotline: LiveHotline) -> None:
        """Fifty people behind one fixed line; a mobile would have one place."""
        company = "02160001234"
        for seat in SEATS:
            hotline.house.seat(seat, answers_after=0.2, hangs_up_after=1.0)
        hotline.makes_ready(*SEATS)
        hotline.house.call(company, "12345", hangs_up_after=60.0, times=50, per_second=50.0)
        records = hotline.records(company, 50)
        assert {record.outcome for record in records} == {Outcome.ANSWERED}
        assert {record.seat for record in records} == set(SEATS)
        for seat in SEATS:
            talks = sorted(
                (record.answered_at, record.talk_ended_at)
                for record in records
                if record.seat == seat
            )
            assert all(one[1] <= two[0] for one, two in pairwise(talks))
        in_order = sorted((record.queued_at or 0, _first_offered_at(record)) for record in records)
        assert all(
            one[1] <= two[1]
            for one, two in combinations(in_order, 2)
            if two[0] - one[0] > SAME_MOMENT_SECONDS
        ), "the longest-waiting caller is served first"


def _first_offered_at(record: CallRecord) -> float:
    """When a seat was first rung for the caller, whether or not it took the call."""
    return min(step.at for step in record.trace if step.what == "offer.made")


class TestATalkThatOutlivesTheDaemon:
    def test_is_written_down_though_the_caller_hangs_up_first(
        self, hotline: LiveHotline, mobile: str
    ) -> None:
        hotline.house.seat("1001", answers_after=0.2)
        hotline.makes_ready("1001")
        before = _recorded(hotline)
        hotline.house.call(mobile, "12345", hangs_up_after=20.0)
        hotline.waits_until(lambda: _recorded(hotline) > before, "they talk, and are recorded")
        hotline.kill_daemon()
        hotline.start()
        hotline.waits_until(lambda: hotline.status()["calls"] == 1, "the talk is taken over")
        record = hotline.record(mobile)
        assert (record.outcome, record.ended_by) == (Outcome.ANSWERED, EndedBy.CALLER)
        assert record.seat == "1001"
        assert record.talk_seconds is not None
        assert record.talk_seconds > 10.0
        hotline.waits_until_seat_is("1001", "ready")


def _recorded(hotline: LiveHotline) -> int:
    """How many talks were recorded so far; the caller's leg says who talks with whom by then."""
    return len(list((hotline.folder / "recordings").rglob("*.wav")))
