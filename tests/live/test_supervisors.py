"""Supervisors on a real FreeSWITCH: who hears whom, by the tones that everybody sings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from routing.record import EndedBy, Outcome
from switchd.demo.telephones.sipp import until
from tests.live.hotline import LiveHotline
from tests.live.talk import CALLER, OTHER, SEAT, SUPERVISOR, Talk

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveHotline]:
    with LiveHotline(tmp_path_factory.mktemp("supervisors")) as hotline:
        yield hotline


@pytest.fixture
def talk(running: LiveHotline, tmp_path: Path) -> Iterator[Talk]:
    yield Talk(running, tmp_path)
    running.tidies_up()


class TestTwoSupervisorsOnOneCall:
    def test_are_heard_by_nobody_by_the_seat_or_by_all(self, talk: Talk) -> None:
        seat = talk.leg("1001")
        talk.listens()
        assert talk.hears(talk.leg("1009")) == {CALLER, SEAT}
        assert talk.hears(seat) == {CALLER}
        assert talk.caller_hears() == {SEAT}
        talk.listens("whisper")
        assert talk.hears(seat) == {CALLER, SUPERVISOR}
        assert talk.caller_hears() == {SEAT}
        talk.listens("barge", at="1008")
        assert talk.hears(seat) == {CALLER, SUPERVISOR, OTHER}
        assert talk.caller_hears() == {SEAT, OTHER}
        talk.asks("stop", at="1008")
        assert talk.other.wait_for("ended")
        talk.listens("listen")
        assert talk.caller_hears() == {SEAT}
        assert talk.hears(seat) == {CALLER}
        talk.caller.hang_up()
        assert talk.supervisor.wait_for("ended")
        record = talk.hotline.record(talk.mobile)
        listeners = {(leg.seat, leg.agent) for leg in record.legs if leg.role == "supervisor"}
        assert listeners == {("1009", "8009"), ("1008", "8009")}
        assert (record.outcome, record.ended_by) == (Outcome.ANSWERED, EndedBy.CALLER)

    def test_stay_while_the_seat_holds_the_caller(self, talk: Talk) -> None:
        talk.listens("whisper")
        seat = talk.leg("1001")
        talk.seat.press("*1")
        talk.hotline.waits_until(lambda: talk.hears(seat) == {SUPERVISOR}, "the caller is away")
        talk.seat.press("*1")
        talk.hotline.waits_until(lambda: talk.hears(seat) == {CALLER, SUPERVISOR}, "and back")
        assert talk.caller_hears() == {SEAT}

    def test_stay_when_a_third_joins_and_are_heard_by_all_three_if_they_want(
        self, talk: Talk
    ) -> None:
        talk.hotline.makes_ready("1008")
        talk.listens()
        talk.seat.press("*21008#")
        seat = talk.leg("1001")
        talk.hotline.waits_until(lambda: talk.hears(seat) == {OTHER}, "they consult")
        talk.seat.press("*5")
        talk.hotline.waits_until(lambda: talk.caller_hears() == {SEAT, OTHER}, "three talk")
        assert talk.hears(talk.leg("1009")) == {CALLER, SEAT, OTHER}
        talk.listens("barge")
        assert talk.caller_hears() == {SEAT, OTHER, SUPERVISOR}
        assert talk.hears(talk.leg("1008")) == {CALLER, SEAT, SUPERVISOR}


class TestTakingOver:
    def test_the_caller_talks_with_the_supervisor_and_the_seat_is_free(self, talk: Talk) -> None:
        talk.listens()
        supervisor = talk.leg("1009")
        talk.asks("take-over")
        assert talk.seat.wait_for("ended")
        talk.hotline.waits_until(lambda: talk.caller_hears() == {SUPERVISOR}, "the supervisor")
        assert talk.hears(supervisor) == {CALLER}
        talk.hotline.waits_until_seat_is("1001", "ready")
        talk.supervisor.hang_up()
        record = talk.hotline.record(talk.mobile)
        assert (record.seat, record.ended_by) == ("1009", EndedBy.SEAT)
        assert [(leg.role, leg.seat) for leg in record.legs] == [
            ("caller", ""),
            ("seat", "1001"),
            ("seat", "1009"),
            ("supervisor", "1009"),
        ]


class TestForcedRelease:
    def test_the_seat_is_free_and_the_caller_hears_the_survey(self, talk: Talk) -> None:
        talk.asks("release")
        assert talk.seat.wait_for("ended")
        talk.hotline.waits_until_seat_is("1001", "ready")
        talk.hotline.waits_until(lambda: talk.state() == "survey", "the survey")


class TestForcedStates:
    def test_a_seat_that_talks_is_not_ready_behind_its_call(self, talk: Talk) -> None:
        body = {"state": "not-ready", "reason": "meeting", "who": "8009", "why": "drill"}
        done = talk.hotline.client.supervise("seats", "1001", "force", **body)
        assert done["now"] == "talking"
        talk.caller.hang_up()
        assert talk.hotline.waits_until_seat_is("1001", "not_ready")["reason"] == "meeting"
        assert until(lambda: talk.seat.count("ended") == 1, 10)
