"""Follow-ups in SQL: where they wait, and whose turn it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from routing.follow_ups import FollowUp
from routing.outgoing import Reason, Status
from switchd.records.errors import RecordRefused
from switchd.records.follow_ups import FollowUps
from switchd.records.schema import migrate

NOW = 1_800_000_000.0
TASK = FollowUp(
    id=0,
    number="13937512345",
    line="12345",
    group="follow_up",
    language="zh",
    reason=Reason.ADDED,
    asked_at=NOW,
    queued_at=NOW,
    priority=-86400,
    status=Status.PAUSED,
    next_at=NOW,
    reference="GD-1",
    subject="路灯不亮",
    not_after=NOW + 86400,
)


@pytest.fixture
def tasks(url: str) -> Iterator[FollowUps]:
    migrate(url)
    tasks = FollowUps(url, "pingdingshan")
    yield tasks
    tasks.close()


def put_in(tasks: FollowUps, **changes: object) -> FollowUp:
    kept, is_new = tasks.add(replace(TASK, **changes))  # type: ignore[arg-type]
    assert is_new
    return kept


def becomes(tasks: FollowUps, id: int, **changes: object) -> None:
    tasks.change(id, lambda one: (replace(one, **changes), None))  # type: ignore[arg-type]


class TestAdd:
    def test_it_comes_back_as_it_was_with_an_id(self, tasks: FollowUps) -> None:
        kept = put_in(tasks)
        assert kept == replace(TASK, id=kept.id)
        assert tasks.get(kept.id) == kept

    def test_a_reference_has_one_that_is_open(self, tasks: FollowUps) -> None:
        first = put_in(tasks)
        assert tasks.add(replace(TASK, number="13800138000")) == (first, False)
        becomes(tasks, first.id, status=Status.DONE, closed_at=NOW)
        assert put_in(tasks).id != first.id

    def test_a_number_may_have_several_matters(self, tasks: FollowUps) -> None:
        assert put_in(tasks).id != put_in(tasks, reference="GD-2").id

    def test_without_a_reference_nothing_stands_for_another(self, tasks: FollowUps) -> None:
        assert put_in(tasks, reference="").id != put_in(tasks, reference="").id

    def test_every_field_is_kept(self, tasks: FollowUps) -> None:
        kept = put_in(tasks)
        full = replace(
            kept,
            status=Status.DONE,
            next_at=None,
            tries=2,
            last_cause="USER_BUSY",
            seat="1001",
            agent="8001",
            tried_at=NOW + 1,
            answered_in="follow-up-1-2",
            closed_at=NOW + 2,
            closed_by="called back",
            result="1",
            result_at=NOW + 3,
            result_by="8001",
            note="满意",
            survey="satisfied",
        )
        tasks.change(kept.id, lambda one: (full, None))
        assert tasks.get(kept.id) == full


class TestTheTurn:
    def test_the_highest_priority_is_due_first_then_the_earliest(self, tasks: FollowUps) -> None:
        late = put_in(tasks, reference="a", queued_at=NOW + 1)
        early = put_in(tasks, reference="b")
        urgent = put_in(tasks, reference="c", priority=0)
        assert tasks.due(NOW, 10) == [urgent.id, early.id, late.id]
        assert tasks.due(NOW, 1) == [urgent.id]

    def test_one_whose_moment_has_not_come_is_not_due(self, tasks: FollowUps) -> None:
        put_in(tasks, next_at=NOW + 60)
        assert tasks.due(NOW, 10) == []
        assert tasks.next_at() == NOW + 60

    def test_those_in_the_list_and_those_tried_are_at_work(self, tasks: FollowUps) -> None:
        first, second = put_in(tasks, reference="a"), put_in(tasks, reference="b")
        put_in(tasks, reference="c")
        becomes(tasks, first.id, status=Status.WAITING, next_at=None)
        becomes(tasks, second.id, status=Status.TRYING, next_at=None)
        assert tasks.at_work() == 2
        assert [one.id for one in tasks.open()] == [first.id, second.id]

    def test_of_another_city_is_none_of_ours(self, tasks: FollowUps, url: str) -> None:
        put_in(tasks)
        another = FollowUps(url, "jiayuguan")
        assert (another.due(NOW, 10), another.next_at(), another.at_work()) == ([], None, 0)
        another.close()


class TestOneNumber:
    def test_is_never_tried_for_two_matters_at_once(self, tasks: FollowUps) -> None:
        first, second = put_in(tasks), put_in(tasks, reference="GD-2")
        becomes(tasks, first.id, status=Status.TRYING)
        with pytest.raises(RecordRefused):
            becomes(tasks, second.id, status=Status.TRYING)
        becomes(tasks, first.id, status=Status.DONE, closed_at=NOW)
        becomes(tasks, second.id, status=Status.TRYING)


class TestASeat:
    def test_has_the_one_that_it_tried_last(self, tasks: FollowUps) -> None:
        first, second = put_in(tasks, reference="a"), put_in(tasks, reference="b")
        becomes(tasks, second.id, seat="1001", tried_at=NOW)
        becomes(tasks, first.id, seat="1001", tried_at=NOW + 1)
        last = tasks.last_of("1001")
        assert last is not None
        assert last.id == first.id
        assert tasks.last_of("1002") is None
