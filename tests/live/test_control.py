"""What seats do with their calls over HTTP, on a real FreeSWITCH with SIPp's telephones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from routing.record import CallRecord, Outcome
from switchd.api.client import Answer
from switchd.demo.telephones.sipp import Call, Phone
from tests.live.hotline import LiveHotline
from tests.live.mobiles import new_mobile

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]
EXPERT, CENTRE = "2970200", "2970110"


def changes(outside: int) -> Mapping[str, Any]:
    return {
        "trunks": {"trunk": {"proxy": f"127.0.0.1:{outside}"}},
        "lines": {
            "12345": {"kind": "hotline", "title": "政务服务便民热线"},
            "12350": {"kind": "sub_centre", "title": "市应急管理局", "to": CENTRE},
        },
        "groups": {"intake": {"title": "受理", "ring_seconds": 5, "wrap_up_seconds": 0}},
        "experts": {"medical": {"title": "医疗卫生", "members": [EXPERT], "ring_seconds": 5}},
        "control": {"supervisors": {"seats": ["1003"]}, "ring_seconds": 5},
    }


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveHotline]:
    with LiveHotline(tmp_path_factory.mktemp("control"), changes) as hotline:
        yield hotline


@pytest.fixture
def hotline(running: LiveHotline) -> Iterator[LiveHotline]:
    yield running
    running.tidies_up()


class Talk:
    """A caller and seat 1001, who talk."""

    def __init__(self, hotline: LiveHotline) -> None:
        self.hotline, self.mobile = hotline, new_mobile()
        self.phone = phone(hotline, "1001")
        self.caller: Call = hotline.house.call(self.mobile, "12345")
        self.becomes("talking")

    @property
    def row(self) -> dict[str, Any]:
        rows = [row for row in self.hotline.client.get("calls") if row["caller"] == self.mobile]
        return dict(rows[0]) if rows else {"state": "none", "seat": ""}

    def becomes(self, state: str) -> None:
        self.hotline.waits_until(lambda: self.row["state"] == state, f"the call is {state}")

    def asks(self, verb: str, target: str = "", seat: str = "1001") -> dict[str, Any]:
        return dict(self.hotline.client.control(seat, verb, target=target, who=seat))

    def is_settled(self, *bridged: str) -> None:
        self.hotline.waits_until_they_talk(*bridged)

    def record(self) -> CallRecord:
        record = self.hotline.record(self.mobile)
        seconds = sum((part.ended_at or 0.0) - part.began_at for part in record.segments)
        assert seconds == pytest.approx(record.talk_seconds, abs=0.01)
        return record


def phone(hotline: LiveHotline, seat: str, **manner: Any) -> Phone:
    found = hotline.house.seat(seat, **manner)
    assert found is not None
    hotline.makes_ready(seat)
    return found


def outside(hotline: LiveHotline, number: str, **manner: Any) -> Phone:
    """Somebody behind the trunk."""
    return hotline.house.telephones.number(number, hotline.outside, **manner)


@pytest.fixture
def talk(hotline: LiveHotline) -> Talk:
    return Talk(hotline)


def did(record: CallRecord) -> list[str]:
    return [str(part.what) for part in record.segments]


class TestBetweenSeatAndCaller:
    def test_hold_and_resume(self, talk: Talk) -> None:
        talk.asks("hold")
        talk.becomes("held")
        talk.asks("resume")
        talk.becomes("talking")
        talk.is_settled("/1001@", talk.mobile)
        talk.caller.hang_up()
        assert did(talk.record()) == ["talk", "hold", "talk"]

    def test_mute_and_unmute(self, talk: Talk) -> None:
        assert talk.asks("mute")["muted"] == "yes"
        assert talk.asks("unmute")["muted"] == "no"
        talk.caller.hang_up()
        assert did(talk.record()) == ["talk"]

    def test_park_and_pick_up(self, hotline: LiveHotline, talk: Talk) -> None:
        other = phone(hotline, "1002")
        talk.asks("park")
        talk.becomes("parked")
        assert talk.phone.wait_for("ended")
        hotline.waits_until_seat_is("1001", "ready")
        talk.asks("pick-up", seat="1002")
        talk.becomes("talking")
        talk.is_settled("/1002@", talk.mobile)
        other.hang_up()
        record = talk.record()
        assert (record.seat, did(record)) == ("1002", ["talk", "park", "transfer", "talk"])

    def test_survey_and_hang_up(self, hotline: LiveHotline, talk: Talk) -> None:
        talk.asks("survey")
        assert talk.phone.wait_for("ended")
        hotline.waits_until_seat_is("1001", "ready")
        talk.becomes("survey")
        talk.caller.hang_up()
        assert talk.record().outcome is Outcome.ANSWERED
        again = Talk(hotline)
        again.asks("hang-up")
        assert again.phone.wait_for("ended")
        again.caller.hang_up()
        assert again.record().ended_by == "seat"

    def test_what_does_not_fit_is_refused(self, talk: Talk) -> None:
        with pytest.raises(Answer, match="resume is not possible while the call is talking"):
            talk.asks("resume")


class TestConsult:
    def test_cancel_swap_and_complete(self, hotline: LiveHotline, talk: Talk) -> None:
        other = phone(hotline, "1002")
        talk.asks("consult", "seat:1002")
        talk.becomes("consulting")
        talk.is_settled("/1001@", "/1002@")
        talk.asks("swap")
        talk.is_settled("/1001@", talk.mobile)
        talk.asks("swap")
        talk.is_settled("/1001@", "/1002@")
        talk.asks("cancel")
        talk.is_settled("/1001@", talk.mobile)
        hotline.waits_until_seat_is("1002", "ready")
        talk.asks("consult", "seat:1002")
        talk.becomes("consulting")
        talk.asks("complete")
        hotline.waits_until(lambda: talk.row["seat"] == "1002", "the other seat has the call")
        talk.is_settled("/1002@", talk.mobile)
        other.hang_up()
        record = talk.record()
        assert [leg.role for leg in record.legs] == ["caller", "seat", "consult", "consult"]
        assert record.seat == "1002"

    def test_of_a_group(self, hotline: LiveHotline, talk: Talk) -> None:
        phone(hotline, "1002")
        talk.asks("consult", "group:intake")
        talk.becomes("consulting")
        talk.is_settled("/1001@", "/1002@")
        talk.caller.hang_up()
        talk.record()

    def test_an_expert_who_does_not_answer(self, hotline: LiveHotline, talk: Talk) -> None:
        outside(hotline, EXPERT, answers_after=None)
        talk.asks("consult", "expert:medical")
        talk.becomes("consult_ringing")
        talk.becomes("talking")
        talk.is_settled("/1001@", talk.mobile)
        talk.caller.hang_up()
        record = talk.record()
        assert (record.legs[-1].role, record.legs[-1].cause) == ("expert", "NO_ANSWER")
        assert did(record) == ["talk", "consult", "talk"]

    def test_the_caller_hangs_up_in_the_middle(self, hotline: LiveHotline, talk: Talk) -> None:
        expert = outside(hotline, EXPERT)
        talk.asks("consult", "expert:medical")
        talk.becomes("consulting")
        talk.is_settled("/1001@", EXPERT)
        talk.caller.hang_up()
        assert expert.wait_for("ended")
        assert talk.phone.wait_for("ended")
        record = talk.record()
        assert record.ended_by == "caller"
        hotline.waits_until_seat_is("1001", "ready")
        hotline.waits_until(lambda: not hotline.channels(), "nothing rings on")

    def test_the_caller_hangs_up_while_the_expert_rings(
        self, hotline: LiveHotline, talk: Talk
    ) -> None:
        expert = outside(hotline, EXPERT, answers_after=None)
        talk.asks("consult", "expert:medical")
        assert expert.wait_for("ringing")
        talk.caller.hang_up()
        assert expert.wait_for("cancelled")
        assert talk.phone.wait_for("ended")
        talk.record()

    def test_the_supervisor(self, hotline: LiveHotline, talk: Talk) -> None:
        phone(hotline, "1003")
        talk.asks("supervisor")
        talk.becomes("consulting")
        talk.asks("three-way")
        talk.becomes("conference")
        talk.asks("leave", seat="1003")
        talk.becomes("talking")
        talk.is_settled("/1001@", talk.mobile)
        talk.caller.hang_up()
        assert talk.record().legs[-1].role == "supervisor"


class TestThreeWay:
    def test_the_seat_leaves_and_the_two_talk_on(self, hotline: LiveHotline, talk: Talk) -> None:
        centre = outside(hotline, CENTRE)
        talk.asks("three-way", "line:12350")
        talk.becomes("conference")
        talk.asks("leave")
        talk.becomes("forwarded")
        talk.is_settled(CENTRE, talk.mobile)
        assert talk.phone.wait_for("ended")
        hotline.waits_until_seat_is("1001", "ready")
        centre.hang_up()
        record = talk.record()
        assert (record.seat, record.outcome) == ("1001", Outcome.ANSWERED)
        assert [leg.role for leg in record.legs] == ["caller", "seat", "sub_centre"]
        assert did(record) == ["talk", "conference", "transfer", "talk"]
        assert [part.parties for part in record.segments] == [
            "caller,1001",
            f"caller,1001,{CENTRE}",
            f"caller,{CENTRE}",
            f"caller,{CENTRE}",
        ]

    def test_one_is_let_go(self, hotline: LiveHotline, talk: Talk) -> None:
        centre = outside(hotline, CENTRE)
        talk.asks("three-way", "line:12350")
        talk.becomes("conference")
        talk.asks("drop")
        assert centre.wait_for("ended")
        talk.becomes("talking")
        talk.is_settled("/1001@", talk.mobile)
        talk.phone.hang_up()
        assert did(talk.record()) == ["talk", "conference", "talk"]


class TestEmergency:
    def test_joins_during_a_full_list(self, hotline: LiveHotline, talk: Talk) -> None:
        fire = outside(hotline, "119")
        waiting = [hotline.house.call(f"1399999990{n}", "12345") for n in range(5)]
        hotline.waits_until(lambda: hotline.status()["waiting"] == 5, "the list is full")
        talk.asks("emergency", "119")
        talk.becomes("conference")
        assert fire.count("called") == 1
        for caller in waiting:
            caller.hang_up()
        talk.caller.hang_up()
        assert talk.record().legs[-1].role == "emergency"


class TestTransfer:
    def test_to_a_seat(self, hotline: LiveHotline, talk: Talk) -> None:
        phone(hotline, "1002")
        talk.asks("transfer", "seat:1002")
        hotline.waits_until(lambda: talk.row["seat"] == "1002", "the other seat has the call")
        talk.is_settled("/1002@", talk.mobile)
        talk.caller.hang_up()
        assert did(talk.record()) == ["talk", "transfer", "transfer", "talk"]

    def test_to_an_expert_who_does_not_answer_is_the_list_again(
        self, hotline: LiveHotline, talk: Talk
    ) -> None:
        outside(hotline, EXPERT, answers_after=None)
        hotline.client.seat("1001", "not-ready", reason="break")
        talk.asks("transfer", "expert:medical")
        talk.becomes("transferring")
        talk.becomes("waiting")
        phone(hotline, "1002")
        talk.becomes("talking")
        talk.caller.hang_up()
        assert did(talk.record()) == ["talk", "transfer", "wait", "talk"]
