"""Follow-up calls put between the parts: SQL, the desk, the interface."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from routing.follow_ups import FollowUp
from routing.outgoing import Action
from switchd.callbacks.errands import NotCalledBack
from switchd.callbacks.follow_ups import FollowUpDesk, Wish
from switchd.callbacks.ports import Away, NumberIsCalled
from switchd.keeping import LATEST, SqlRegister, WriteDown, answered, in_sql
from switchd.records.errors import RecordRefused, RecordsError
from switchd.records.follow_ups import FollowUps
from switchd.threads import in_thread


class SqlTasks(SqlRegister[FollowUp]):
    """Implements `callbacks.ports.Tasks`."""

    def __init__(self, follow_ups: FollowUps) -> None:
        super().__init__(follow_ups)
        self._tasks = follow_ups

    def change(
        self, id: int, how: Callable[[FollowUp], tuple[FollowUp, tuple[Action, ...]]]
    ) -> tuple[FollowUp, tuple[Action, ...]] | None:
        try:
            return in_thread(lambda: self._tasks.change(id, how))
        except RecordRefused as error:
            raise NumberIsCalled(str(error)) from error
        except RecordsError as error:
            raise Away(str(error)) from error

    def at_work(self) -> int:
        return in_sql(self._tasks.at_work)

    def due(self, now: float, limit: int) -> Sequence[int]:
        return in_sql(lambda: self._tasks.due(now, limit))

    def next_at(self) -> float | None:
        return in_sql(self._tasks.next_at)

    def last_of(self, seat: str) -> FollowUp | None:
        return in_sql(lambda: self._tasks.last_of(seat))


class FollowUpHouse:
    """Follow-ups for the HTTP interface. All raise `Refused` or `Unavailable`; what a person does
    is written down."""

    def __init__(self, desk: FollowUpDesk, write_down: WriteDown) -> None:
        self._desk = desk
        self._write_down = write_down

    def follow_ups(self) -> Sequence[Mapping[str, Any]]:
        """The latest."""
        with answered():
            return [asdict(one) for one in self._desk.latest(LATEST)]

    def find(self, id: int) -> FollowUp | None:
        """One, open or closed; None if there is no such one."""
        with answered():
            return self._desk.find(id)

    def last_of(self, seat: str) -> Mapping[str, Any]:
        """The one that is offered to a seat, or that it tried last."""
        with answered():
            return asdict(self._desk.last_of(seat))

    def add(self, wishes: Sequence[Mapping[str, Any]], who: str) -> Sequence[Mapping[str, Any]]:
        """Put several in; one that cannot be carried out keeps no other from it.

        Each answer has `id`, which is None with the reason as `problem` for one that was not taken.
        """
        answers: list[Mapping[str, Any]] = []
        with answered():
            for wish in wishes:
                try:
                    made = self._desk.add(Wish(**wish))
                    answers.append({"id": made.id, "number": made.number, "problem": ""})
                except NotCalledBack as error:
                    answers.append({"id": None, "number": wish["number"], "problem": str(error)})
        taken = [answer["id"] for answer in answers if answer["id"] is not None]
        if taken:
            facts = {"count": len(taken), "first": taken[0], "last": taken[-1]}
            self._write_down("follow_up", f"follow-up:{taken[0]}", facts, who, "")
        return answers

    def change(self, id: int, verb: str, who: str) -> Mapping[str, Any]:
        """Cancel or retry one."""
        with answered():
            do = self._desk.cancel if verb == "cancel" else self._desk.hurry
            changed = do(id, who)
        self._write_down(verb, changed.key, {}, who, "")
        return asdict(changed)

    def result(self, id: int, code: str, note: str, who: str) -> Mapping[str, Any]:
        """Keep what the person said."""
        with answered():
            kept = self._desk.put_in(id, code, note, who)
        self._write_down("result", kept.key, {"result": code}, who, "")
        return asdict(kept)

    def result_at(self, seat: str, code: str, note: str, who: str) -> Mapping[str, Any]:
        """The same for the one that a seat tried last."""
        with answered():
            kept = self._desk.put_in_at(seat, code, note, who)
        self._write_down("result", kept.key, {"result": code, "seat": seat}, who, "")
        return asdict(kept)
