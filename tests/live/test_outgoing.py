"""Seats that call somebody on a real FreeSWITCH: from the phone, by click, and as a follow-up."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from routing.record import CallKind, EndedBy, Outcome
from switchd.queues.connection import connect
from tests.live.hotline import LiveHotline
from tests.live.test_callback import LOUD, loudness
from tests.live.test_kinds import shown
from tests.live.test_rendered_configuration import tone

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]
_MOBILES = count(13500000000)


def changes(outside: int) -> Mapping[str, Any]:
    return {
        "trunks": {"trunk": {"proxy": f"127.0.0.1:{outside}"}},
        "dialling": {"shown": {"12345": "2970001"}, "barred": ["1390"], "ring_seconds": 6},
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
    hotline = LiveHotline(tmp_path_factory.mktemp("outgoing"), changes)
    try:
        hotline.start()
        yield hotline
    finally:
        hotline.close()


@pytest.fixture
def hotline(running: LiveHotline) -> Iterator[LiveHotline]:
    yield running
    running.tidies_up()


@pytest.fixture
def mobile() -> str:
    """A number outside that no other test uses."""
    return str(next(_MOBILES))


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
