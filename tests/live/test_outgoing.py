"""Seats that call somebody on a real FreeSWITCH: from the phone, by click, and as a follow-up."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from routing.record import CallKind, CallRecord, EndedBy, Outcome
from switchd.demo.telephones.sipp import Phone
from switchd.queues.connection import connect
from tests.live.hotline import LiveHotline
from tests.live.test_callback import LOUD, loudness
from tests.live.test_kinds import shown
from tests.live.test_rendered_configuration import tone

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]


def changes(outside: int) -> Mapping[str, Any]:
    return {
        "trunks": {"trunk": {"proxy": f"127.0.0.1:{outside}"}},
        "dialling": {"shown": {"12345": "2970001"}, "barred": ["1390"], "ring_seconds": 6},
        "control": {"ring_seconds": 5},
        "follow_ups": {
            "group": "intake",
            "tries": 1,
            "ring_seconds": 6,
            "survey": False,
            "results": {"1": "已解决"},
        },
    }


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveHotline]:
    with LiveHotline(tmp_path_factory.mktemp("outgoing"), changes) as hotline:
        yield hotline


@pytest.fixture
def hotline(running: LiveHotline) -> Iterator[LiveHotline]:
    yield running
    running.tidies_up()


class TestASeatThatDials:
    def test_talks_and_both_are_in_the_recording(
        self, hotline: LiveHotline, mobile: str, tmp_path: Path
    ) -> None:
        person = hotline.house.telephones.number(mobile, hotline.outside, answers_after=1.0)
        hotline.house.seat("1001")
        hotline.makes_ready("1001")
        dials = hotline.house.telephones.dial(
            "1001", mobile, hangs_up_after=6.0, speaks=tone(tmp_path / "seat.alaw", 880)
        )
        hotline.waits_until_seat_is("1001", "talking")
        assert dials.wait(40), hotline.log
        record = hotline.record(mobile)
        assert (record.kind, record.outcome) == (CallKind.OUTGOING, Outcome.ANSWERED)
        assert (record.seat, record.ended_by) == ("1001", EndedBy.SEAT)
        assert [leg.role for leg in record.legs] == ["seat", "called"]
        assert "2970001" in shown(person)
        _, seat = loudness(hotline.folder / "recordings" / record.recording)
        assert seat > LOUD
        hotline.waits_until_seat_is("1001", "ready")
        assert not hotline.status()["unexpected"]

    def test_is_let_go_when_the_person_hangs_up(self, hotline: LiveHotline, mobile: str) -> None:
        hotline.house.telephones.number(mobile, hotline.outside, hangs_up_after=2.0)
        hotline.house.seat("1001")
        hotline.makes_ready("1001")
        dials = hotline.house.telephones.dial("1001", mobile)
        assert dials.wait(40), hotline.log
        assert hotline.record(mobile).ended_by is EndedBy.CALLER
        hotline.waits_until_seat_is("1001", "ready")

    @pytest.mark.parametrize(
        ("refusal", "cause"), [(486, "USER_BUSY"), (404, "UNALLOCATED_NUMBER")]
    )
    def test_hears_why_nobody_answers_and_is_hung_up(
        self, hotline: LiveHotline, mobile: str, refusal: int, cause: str
    ) -> None:
        hotline.house.telephones.number(mobile, hotline.outside, refusal=refusal)
        hotline.house.seat("1001")
        hotline.makes_ready("1001")
        dials = hotline.house.telephones.dial("1001", mobile)
        assert dials.wait(40), hotline.log
        record = hotline.record(mobile)
        assert (record.outcome, record.cause) == (Outcome.NOT_REACHED, cause)
        assert dials.final == 200

    def test_hears_that_a_number_may_not_be_dialled(self, hotline: LiveHotline) -> None:
        hotline.house.seat("1001")
        hotline.makes_ready("1001")
        dials = hotline.house.telephones.dial("1001", "13901234567")
        assert dials.wait(40), hotline.log
        assert dials.final == 200
        assert hotline.record("13901234567").outcome is Outcome.REFUSED
        assert hotline.seat("1001")["state"] == "ready"

    def test_reaches_the_police_though_nobody_is_signed_in(self, hotline: LiveHotline) -> None:
        hotline.house.telephones.number("110", hotline.outside)
        hotline.house.seat("1001")
        hotline.waits_until(lambda: hotline.seat("1001")["reachable"], "the phone is known")
        dials = hotline.house.telephones.dial("1001", "110", hangs_up_after=3.0)
        assert dials.wait(40), hotline.log
        record = hotline.record("110")
        assert (record.kind, record.outcome) == (CallKind.OUTGOING, Outcome.ANSWERED)

    def test_reaches_the_police_though_redis_hangs(self, hotline: LiveHotline) -> None:
        hotline.house.telephones.number("119", hotline.outside)
        hotline.house.seat("1001")
        hotline.waits_until(lambda: hotline.seat("1001")["reachable"], "the phone is known")
        with closing(connect(f"unix://{hotline.state}/redis/redis.sock")) as client:
            pid = client.info("server")["process_id"]
        os.kill(pid, signal.SIGSTOP)
        try:
            dials = hotline.house.telephones.dial("1001", "119", hangs_up_after=3.0)
            assert dials.wait(40), hotline.log
        finally:
            os.kill(pid, signal.SIGCONT)
        record = hotline.record("119")
        assert (record.outcome, record.ended_by) == (Outcome.ANSWERED, EndedBy.SEAT)


class Outgoing:
    """Seat 1001 has called somebody outside, and the two talk."""

    def __init__(self, hotline: LiveHotline, mobile: str) -> None:
        self.hotline, self.mobile = hotline, mobile
        self.person = hotline.house.telephones.number(mobile, hotline.outside)
        hotline.house.seat("1001")
        hotline.makes_ready("1001")
        self.phone = hotline.house.telephones.dial("1001", mobile)
        self.becomes("talking")

    @property
    def row(self) -> dict[str, Any]:
        return dict(next(iter(self.hotline.client.get("calls")), {"state": "none", "seat": ""}))

    def becomes(self, state: str) -> None:
        self.hotline.waits_until(lambda: self.row["state"] == state, f"the call is {state}")

    def asks(self, verb: str, target: str = "") -> None:
        self.hotline.client.control("1001", verb, target=target, who="1001")

    def colleague(self) -> Phone:
        """1002 is ready, which it is not before 1001 is in its call."""
        found = self.hotline.house.seat("1002")
        assert found is not None
        self.hotline.makes_ready("1002")
        return found

    def is_at(self, seat: str) -> None:
        """Wait until that seat has the call and hears the person."""
        self.hotline.waits_until(lambda: self.row["seat"] == seat, f"seat {seat} has the call")
        self.hotline.waits_until_they_talk(f"/{seat}@", self.mobile)

    def record(self) -> CallRecord:
        record = self.hotline.record(self.mobile)
        assert (record.kind, record.outcome) == (CallKind.OUTGOING, Outcome.ANSWERED)
        seconds = sum((part.ended_at or 0.0) - part.began_at for part in record.segments)
        assert seconds == pytest.approx(record.talk_seconds, abs=0.01)
        return record


class TestDuringTheCall:
    """A seat that has called somebody can do with that call what it can do with a caller's."""

    @pytest.fixture
    def call(self, hotline: LiveHotline, mobile: str) -> Outgoing:
        return Outgoing(hotline, mobile)

    def test_a_colleague_is_consulted_and_given_the_call(
        self, hotline: LiveHotline, call: Outgoing
    ) -> None:
        other = call.colleague()
        call.asks("consult", "seat:1002")
        call.becomes("consulting")
        hotline.waits_until_they_talk("/1001@", "/1002@")
        call.asks("cancel")
        hotline.waits_until_they_talk("/1001@", call.mobile)
        hotline.waits_until_seat_is("1002", "ready")
        call.asks("consult", "seat:1002")
        call.becomes("consulting")
        call.asks("complete")
        call.is_at("1002")
        hotline.waits_until_seat_is("1001", "ready")
        other.hang_up()
        assert call.person.wait_for("ended")
        record = call.record()
        assert [leg.role for leg in record.legs] == ["seat", "consult", "consult", "called"]
        assert record.seat == "1002"

    def test_three_talk_and_the_others_go_on_when_the_seat_leaves(
        self, hotline: LiveHotline, call: Outgoing
    ) -> None:
        call.colleague()
        call.asks("consult", "seat:1002")
        call.becomes("consulting")
        call.asks("three-way")
        call.becomes("conference")
        call.asks("leave")
        call.is_at("1002")
        assert call.phone.wait(20)
        hotline.waits_until_seat_is("1001", "ready")
        assert hotline.seat("1002")["state"] == "talking"
        call.person.hang_up()
        hotline.waits_until_seat_is("1002", "ready")
        assert "conference" in [str(part.what) for part in call.record().segments]

    def test_the_person_is_handed_to_a_group(self, hotline: LiveHotline, call: Outgoing) -> None:
        hotline.client.seat("1001", "not-ready", reason="writing")
        call.asks("transfer", "group:intake")
        call.becomes("waiting")
        assert call.phone.wait(20)
        assert hotline.waits_until_seat_is("1001", "not_ready")["reason"] == "writing"
        other = call.colleague()
        call.is_at("1002")
        other.hang_up()
        assert call.person.wait_for("ended")
        record = call.record()
        assert [str(part.what) for part in record.segments] == ["talk", "wait", "talk"]
        assert (record.seat, record.survey_key) == ("1002", "")


class TestASeatThatCallsAnother:
    def test_keeps_callers_away_from_both(self, hotline: LiveHotline) -> None:
        for seat in ("1001", "1002"):
            hotline.house.seat(seat)
        hotline.makes_ready("1001", "1002")
        dials = hotline.house.telephones.dial("1001", "1002")
        hotline.waits_until_they_talk("/1001@", "/1002@")
        assert {hotline.seat(seat)["state"] for seat in ("1001", "1002")} == {"talking"}
        caller = hotline.house.call("13400000001", "12345")
        hotline.waits_until(lambda: hotline.status()["waiting"] == 1, "the caller waits")
        hotline.client.seat("1001", "not-ready", reason="writing")
        dials.hang_up()
        hotline.waits_until_they_talk("/1002@", "13400000001")
        caller.hang_up()
        record = hotline.record("1002")
        assert [(leg.role, leg.seat) for leg in record.legs] == [
            ("seat", "1001"),
            ("called", "1002"),
        ]
        assert hotline.record("13400000001").seat == "1002"

    def test_lets_its_phone_ring_while_it_is_offered_to_nobody(self, hotline: LiveHotline) -> None:
        hotline.house.seat("1001")
        hotline.house.seat("1002", answers_after=None)
        hotline.makes_ready("1001", "1002")
        dials = hotline.house.telephones.dial("1001", "1002")
        hotline.waits_until_seat_is("1002", "offered")
        assert dials.wait(40), hotline.log
        assert hotline.waits_until_seat_is("1002", "not_ready")["reason"] == "no_answer"
        assert hotline.records("1002", 2)[-1].outcome is Outcome.NOT_REACHED


class TestClickToDial:
    def test_rings_the_seat_and_then_the_person(self, hotline: LiveHotline, mobile: str) -> None:
        hotline.house.telephones.number(mobile, hotline.outside)
        phone = hotline.house.seat("1001", hangs_up_after=6.0)
        hotline.makes_ready("1001")
        made = hotline.client.dial("1001", mobile, "", "8001")
        assert made["shown"] == "2970001"
        record = hotline.record(mobile)
        assert (record.call, record.outcome) == (made["call"], Outcome.ANSWERED)
        assert mobile in shown(phone)


class TestAFollowUp:
    def test_is_asked_by_a_seat_that_sees_which_matter_it_is(
        self, hotline: LiveHotline, mobile: str
    ) -> None:
        hotline.house.telephones.number(mobile, hotline.outside, answers_after=1.0)
        phone = hotline.house.seat("1001", hangs_up_after=8.0)
        hotline.makes_ready("1001")
        wish = {"number": mobile, "reference": "GD-2026-1", "subject": "路灯不亮"}
        (made,) = hotline.client.add_follow_ups([wish], "8001")
        record = hotline.record(mobile)
        assert (record.kind, record.outcome) == (CallKind.FOLLOW_UP, Outcome.ANSWERED)
        assert "GD-2026-1" in shown(phone)

        def follow_up() -> dict[str, Any]:
            (found,) = [one for one in hotline.client.get("follow-ups") if one["id"] == made["id"]]
            return dict(found)

        hotline.waits_until(lambda: follow_up()["status"] == "done", "it is done")
        hotline.client.seat_result("1001", "1", "已修好", "8001")
        assert (follow_up()["result"], follow_up()["note"]) == ("1", "已修好")


class TestARestart:
    def test_keeps_the_talk_and_its_record(self, hotline: LiveHotline, mobile: str) -> None:
        hotline.house.telephones.number(mobile, hotline.outside)
        hotline.house.seat("1001")
        hotline.makes_ready("1001")
        dials = hotline.house.telephones.dial("1001", mobile, hangs_up_after=15.0)
        hotline.waits_until(
            lambda: any(call["state"] == "talking" for call in hotline.client.get("calls")),
            "they talk",
        )
        hotline.waits_until(
            lambda: (
                "switchd_answered_at"
                in hotline.house.api(f"uuid_dump {hotline.client.get('calls')[0]['call']}")
            ),
            "the leg says so",
        )
        hotline.kill_daemon()
        hotline.start()
        hotline.waits_until(lambda: hotline.client.get("calls"), "the talk is taken over")
        assert dials.wait(40), hotline.log
        record = hotline.record(mobile)
        assert (record.kind, record.outcome) == (CallKind.OUTGOING, Outcome.ANSWERED)
        hotline.waits_until_seat_is("1001", "ready")
