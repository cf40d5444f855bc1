"""Every kind of line on a real FreeSWITCH: announcements, displays, own seats, numbers outside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from routing.record import CallRecord, EndedBy, Outcome
from switchd.demo.telephones.sipp import Phone
from tests.live.hotline import LiveHotline

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]
TODAY = datetime.now(ZoneInfo("Asia/Shanghai")).date().isoformat()
SUB_CENTRE, COUNTY_SEAT = "2970110", "5161058"


def kinds(outside: int) -> Mapping[str, Any]:
    return {
        "trunks": {"trunk": {"proxy": f"127.0.0.1:{outside}"}},
        "emergency": {"trunk": "trunk"},
        "lines": {
            "12345": {
                "kind": "hotline",
                "title": "政务服务便民热线",
                "group": "intake",
                "survey": "no",
            },
            "12316": {
                "kind": "retired",
                "title": "市农业农村局",
                "merged_on": TODAY,
                "survey": "no",
            },
            "12319": {"kind": "retired", "title": "市城市管理局", "merged_on": "2020-01-03"},
            "12315": {
                "kind": "parallel",
                "title": "市市场监督管理局",
                "group": "market",
                "survey": "no",
                "overflow": {"group": "intake", "after_seconds": 2},
            },
            "3312345": {
                "kind": "remote",
                "title": "叶县县长热线",
                "merged_on": TODAY,
                "group": "county",
                "survey": "no",
            },
            "12350": {
                "kind": "sub_centre",
                "title": "市应急管理局",
                "to": SUB_CENTRE,
                "survey": "no",
                "ring_seconds": 3,
            },
        },
        "groups": {
            name: {"title": name, "ring_seconds": 3, "wrap_up_seconds": 0}
            for name in ("intake", "market", "county")
        },
        "seats": {
            "1001": "intake",
            "1002": "market",
            "3001": "county",
            "3002": {"groups": ["county"], "phone": COUNTY_SEAT, "trunk": "trunk"},
        },
    }


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveHotline]:
    with LiveHotline(tmp_path_factory.mktemp("kinds"), kinds) as hotline:
        yield hotline


@pytest.fixture
def hotline(running: LiveHotline) -> Iterator[LiveHotline]:
    yield running
    running.tidies_up()


def shown(phone: Phone | None) -> str:
    """The From header of the call that a phone got last, with what its display shows."""
    assert phone is not None
    return [each.what for each in phone.heard if each.what.startswith("called")][-1]


def legs(record: CallRecord) -> list[tuple[str, str, str]]:
    return [(leg.role, leg.seat, leg.cause) for leg in record.legs]


class TestARetiredNumber:
    def test_in_its_month_hears_the_change_and_reaches_a_seat_whose_display_names_it(
        self, hotline: LiveHotline, mobile: str
    ) -> None:
        phone = hotline.house.seat("1001", hangs_up_after=1.0)
        hotline.makes_ready("1001")
        call = hotline.house.call(mobile, "0375-12316", hangs_up_after=20.0)
        record = hotline.record(mobile)
        assert (record.line_dialled, record.line_meant) == ("12316", "12345")
        assert (record.outcome, record.seat) == (Outcome.ANSWERED, "1001")
        assert call.answered
        assert "12316 市农业农村局" in shown(phone)
        assert mobile in shown(phone)
        played = [line for line in hotline.house.log.splitlines() if record.call in line]
        assert any("change_announcement.wav" in line for line in played)

    def test_after_its_month_has_changed_and_is_not_answered(
        self, hotline: LiveHotline, mobile: str
    ) -> None:
        call = hotline.house.call(mobile, "12319")
        assert call.wait(20)
        assert (call.final, call.answered) == (410, False)
        assert hotline.record(mobile).greeted_at is None


class TestAParallelLine:
    def test_reaches_its_own_seats(self, hotline: LiveHotline, mobile: str) -> None:
        hotline.house.seat("1001")
        phone = hotline.house.seat("1002", hangs_up_after=1.0)
        hotline.makes_ready("1001", "1002")
        hotline.house.call(mobile, "12315", hangs_up_after=20.0)
        assert hotline.record(mobile).seat == "1002"
        assert "12315 市市场监督管理局" in shown(phone)

    def test_overflows_into_the_general_group(self, hotline: LiveHotline, mobile: str) -> None:
        hotline.house.seat("1001", hangs_up_after=1.0)
        hotline.house.seat("1002", busy=True)
        hotline.makes_ready("1001", "1002")
        hotline.house.call(mobile, "12315", hangs_up_after=20.0)
        record = hotline.record(mobile)
        assert (record.seat, record.group) == ("1001", "market")


class TestACountysNumber:
    def test_rings_the_countys_seat(self, hotline: LiveHotline, mobile: str) -> None:
        hotline.house.seat("1001")
        phone = hotline.house.seat("3001", hangs_up_after=1.0)
        hotline.makes_ready("1001", "3001")
        hotline.house.call(mobile, "3312345", hangs_up_after=20.0)
        assert hotline.record(mobile).seat == "3001"
        assert "3312345 叶县县长热线" in shown(phone)

    def test_rings_the_citys_seat_when_nobody_is_signed_in_there(
        self, hotline: LiveHotline, mobile: str
    ) -> None:
        hotline.house.seat("1001", hangs_up_after=1.0)
        hotline.makes_ready("1001")
        hotline.house.call(mobile, "3312345", hangs_up_after=20.0)
        assert hotline.record(mobile).seat == "1001"

    def test_rings_a_seat_that_is_reached_by_telephone(
        self, hotline: LiveHotline, mobile: str
    ) -> None:
        hotline.house.telephones.number(COUNTY_SEAT, hotline.outside, hangs_up_after=1.0)
        hotline.client.seat("3002", "sign-in")
        hotline.client.seat("3002", "ready")
        hotline.house.call(mobile, "3312345", hangs_up_after=20.0)
        record = hotline.record(mobile)
        assert (record.outcome, record.seat) == (Outcome.ANSWERED, "3002")


class TestANumberOutside:
    def test_talks_with_the_callers_who_are_passed_on(
        self, hotline: LiveHotline, mobile: str
    ) -> None:
        centre = hotline.house.telephones.number(SUB_CENTRE, hotline.outside, hangs_up_after=2.0)
        call = hotline.house.call(mobile, "12350")
        assert call.wait(30)
        record = hotline.record(mobile)
        assert (record.outcome, record.ended_by) == (Outcome.FORWARDED, EndedBy.SEAT)
        assert legs(record) == [
            ("caller", "", "NORMAL_CLEARING"),
            ("forward", SUB_CENTRE, "NORMAL_CLEARING"),
        ]
        assert record.queued_at is None
        assert record.talk_seconds is not None
        assert 1.0 < record.talk_seconds < 4.0
        assert "12350 市应急管理局" in shown(centre)

    @pytest.mark.parametrize(
        ("manner", "cause"),
        [({"refusal": 486}, "USER_BUSY"), ({"answers_after": None}, "NO_ANSWER")],
        ids=["busy", "no answer"],
    )
    def test_that_does_not_answer_leaves_the_caller_to_the_queue(
        self, hotline: LiveHotline, mobile: str, manner: dict[str, Any], cause: str
    ) -> None:
        hotline.house.telephones.number(SUB_CENTRE, hotline.outside, **manner)
        hotline.house.seat("1001", hangs_up_after=1.0)
        hotline.makes_ready("1001")
        hotline.house.call(mobile, "12350", hangs_up_after=20.0)
        record = hotline.record(mobile)
        assert (record.outcome, record.seat) == (Outcome.ANSWERED, "1001")
        assert legs(record)[1] == ("forward", SUB_CENTRE, cause)

    def test_of_emergency_is_connected_without_a_greeting(
        self, hotline: LiveHotline, mobile: str
    ) -> None:
        police = hotline.house.telephones.number("110", hotline.outside)
        hotline.house.call(mobile, "110", hangs_up_after=3.0)
        record = hotline.record(mobile)
        assert (record.outcome, record.ended_by) == (Outcome.FORWARDED, EndedBy.CALLER)
        assert police.count("answered") == 1
        assert police.wait_for("ended")
