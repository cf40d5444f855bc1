"""People who are asked how their matters went, with the whole daemon."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from routing.follow_ups import FollowUp
from routing.outgoing import Status
from routing.record import CallKind, CallRecord, Outcome
from switchd.records.follow_ups import FollowUps
from switchd.records.store import Store
from switchd.sim.numbers import Number
from tests.scenarios.hotline import CITY, Hotline, wait_for

FIRST, SECOND, THIRD = "13937512345", "13800138000", "13700137000"
SETTINGS: dict[str, Any] = {
    **CITY,
    "trunks": {"trunk": {"proxy": "127.0.0.1:5099"}},
    "follow_ups": {
        "group": "intake",
        "tries": 2,
        "pause_seconds": 1,
        "ring_seconds": 5,
        "at_once": 1,
        "results": {"1": "已解决", "2": "未解决"},
    },
}


@pytest.fixture(scope="module")
def running() -> Iterator[Hotline]:
    hotline = Hotline(SETTINGS)
    try:
        hotline.start_daemon()
        yield hotline
    finally:
        hotline.close()


@pytest.fixture
def hotline(running: Hotline) -> Hotline:
    for one in running.client.get("follow-ups"):
        if one["status"] in ("waiting", "paused", "trying"):
            running.client.change_follow_up(one["id"], "cancel", "test")
    running.begins_anew()
    for number in (FIRST, SECOND, THIRD):
        running.sim.number(number).will_answer()
    return running


def put_in(hotline: Hotline, *numbers: str, **given: object) -> list[int]:
    wishes = [{"number": number, **given} for number in numbers]
    return [one["id"] for one in hotline.client.add_follow_ups(wishes, "8001")]


def follow_up(hotline: Hotline, id: int, status: Status) -> FollowUp:
    """Wait until one is where it is expected."""

    def reached() -> FollowUp | None:
        url = f"sqlite:///{hotline.folder / 'state' / 'records.sqlite3'}"
        with closing(FollowUps(url, "testcity")) as tasks:
            found = tasks.get(id)
        return found if found is not None and found.status is status else None

    found = wait_for(reached, f"follow-up {id} is {status}")
    assert isinstance(found, FollowUp)
    return found


def tries(hotline: Hotline, id: int, count: int) -> list[CallRecord]:
    """Wait for the records of its tries; the earliest comes first."""

    def written() -> list[CallRecord]:
        with closing(Store(f"sqlite:///{hotline.folder / 'state' / 'records.sqlite3'}")) as store:
            found = [one for one in store.recent(200) if one.callback == str(id)]
        records = [one for one in reversed(found) if one.kind is CallKind.FOLLOW_UP]
        return records if len(records) == count else []

    return wait_for(written, f"{count} records of tries")  # type: ignore[no-any-return]


def talks(person: Number) -> None:
    wait_for(lambda: any(leg.other is not None for leg in person.legs), "they talk")


class TestAFollowUp:
    def test_is_asked_by_a_seat_and_its_result_is_kept(self, hotline: Hotline) -> None:
        (id,) = put_in(hotline, FIRST, reference="GD-1", subject="路灯不亮")
        hotline.makes_ready("1001")
        person, phone = hotline.sim.number(FIRST), hotline.sim.seat("1001")
        talks(person)
        assert phone.shown[-1].startswith("回访 GD-1 路灯不亮 12345")
        leg = person.legs[0]
        wait_for(lambda: "switchd_answered_at" in leg.variables, "the talk has begun")
        phone.hang_up()
        wait_for(lambda: leg.other is None, "the person is asked")
        person.hang_up()
        done = follow_up(hotline, id, Status.DONE)
        assert (done.seat, done.agent, done.tries) == ("1001", "81001", 1)
        (record,) = tries(hotline, id, 1)
        assert (record.outcome, record.caller) == (Outcome.ANSWERED, FIRST)
        said = hotline.admin("seat", "result", "1001", "1", "--note", "已修好", "--by", "81001")
        assert said.returncode == 0, said.stderr
        kept = follow_up(hotline, id, Status.DONE)
        assert (kept.result, kept.note, kept.result_by) == ("1", "已修好", "81001")
        listed = hotline.admin("follow-ups", "list", "--all")
        assert "GD-1" in listed.stdout
        assert not hotline.status()["unexpected"]

    def test_who_is_busy_is_called_once_more_and_then_given_up(self, hotline: Hotline) -> None:
        hotline.sim.number(FIRST).will_be_busy()
        hotline.makes_ready("1001")
        (id,) = put_in(hotline, FIRST)
        failed = follow_up(hotline, id, Status.FAILED)
        assert failed.closed_by == "not reached in 2 tries"
        assert [one.cause for one in tries(hotline, id, 2)] == ["USER_BUSY", "USER_BUSY"]

    def test_waits_until_no_caller_waits_any_more(self, hotline: Hotline) -> None:
        (id,) = put_in(hotline, FIRST)
        follow_up(hotline, id, Status.WAITING)
        caller = hotline.waits(THIRD)
        hotline.makes_ready("1001")
        wait_for(lambda: caller.talked, "the caller is served first")
        assert follow_up(hotline, id, Status.WAITING).tries == 0

    def test_leaves_other_seats_to_callers(self, hotline: Hotline) -> None:
        first, second = put_in(hotline, FIRST, SECOND)
        hotline.makes_ready("1001", "1002")
        talks(hotline.sim.number(FIRST))
        assert follow_up(hotline, first, Status.TRYING).seat
        assert follow_up(hotline, second, Status.PAUSED).tries == 0
        states = sorted(hotline.seat(seat)["state"] for seat in ("1001", "1002"))
        assert states == ["ready", "talking"]

    def test_goes_on_when_the_daemon_is_replaced_in_the_middle(self, hotline: Hotline) -> None:
        (id,) = put_in(hotline, FIRST)
        hotline.makes_ready("1001")
        person = hotline.sim.number(FIRST)
        talks(person)
        leg = person.legs[0]
        wait_for(lambda: "switchd_answered_at" in leg.variables, "the leg says so")
        hotline.kill_daemon()
        hotline.start_daemon()
        wait_for(lambda: hotline.client.get("calls"), "the talk is taken over")
        person.hang_up()
        assert follow_up(hotline, id, Status.DONE).tries == 1
        (record,) = tries(hotline, id, 1)
        assert (record.kind, record.outcome) == (CallKind.FOLLOW_UP, Outcome.ANSWERED)


class TestAFile:
    def test_is_put_in_and_what_is_wrong_with_it_is_said(
        self, hotline: Hotline, tmp_path: Path
    ) -> None:
        file = tmp_path / "people.csv"
        file.write_text(
            f"number,reference,not_before\n{FIRST},GD-7,2099-01-01\n110,GD-8,\n{SECOND},GD-7,\n",
            encoding="gb18030",
        )
        done = hotline.admin("follow-ups", "import", str(file), "--by", "8001")
        assert done.returncode == 1
        assert done.stdout == "1 of 3 follow-ups put in\n"
        assert f"{file}:3: 110 is an emergency service" in done.stderr
        assert f"{file}:4: GD-7 has an open follow-up already" in done.stderr
