"""Carries follow-up calls (回访) out.

They come by the hundred. In the list of callers, or being tried, are only as many as the plan lets
be there at one time; the others wait in SQL, where the most urgent is taken whenever there is room.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import gevent
import structlog

from routing import outgoing as cb
from routing.callbacks import Unreachable, reachable
from routing.follow_ups import FollowUp
from routing.outgoing import Reason, Status, opens_at
from routing.outside import line_of
from routing.plan import Plan
from switchd.callbacks.desk import why_not
from switchd.callbacks.errands import AGAIN_SECONDS, ErrandDesk, NotCalledBack
from switchd.callbacks.ports import Away, Calls, Clock, Line, Tasks

log = structlog.get_logger(__name__)

LONGEST_SLEEP_SECONDS: Final = 3600.0
"""Another daemon may have put one in meanwhile."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A follow-up as somebody wants it; times are epoch seconds."""

    number: str
    """As it was written; hostile, like the other texts."""
    line: str = ""
    """The line on whose behalf; "" for the hotline."""
    reference: str = ""
    subject: str = ""
    group: str = ""
    """The skill group whose seats ask; "" for that of the plan."""
    not_before: float | None = None
    not_after: float | None = None
    priority: int | None = None
    """Points; None: as the plan says."""


class FollowUpDesk(ErrandDesk[FollowUp]):
    """All follow-ups of a city, as one daemon sees them."""

    errand = FollowUp
    name = "follow-up"

    def __init__(
        self,
        tasks: Tasks,
        line: Line,
        calls: Calls,
        clock: Clock,
        plan: Callable[[], Plan],
        owner: str,
    ) -> None:
        super().__init__(tasks, line, calls, clock, plan, owner)
        self._tasks = tasks
        self._filling = False
        self._once_more = False
        self._cancel: Callable[[], None] = lambda: None

    def start(self) -> None:
        """Give those in the list their place again, and fill up."""
        super().start()
        self.fill_soon()

    def stop(self) -> None:
        """Do nothing more."""
        super().stop()
        self._cancel()

    def add(self, wish: Wish) -> FollowUp:
        """Put one in. Raises `NotCalledBack` with the reason if it cannot be carried out, `Away`.

        A reference has one open follow-up at most.
        """
        now, plan = self._clock.now(), self._plan()
        made, is_new = self._tasks.add(_task(wish, plan, now))
        if not is_new:
            raise NotCalledBack(f"{made.reference} has an open follow-up already: {made.id}")
        self.fill_soon()
        return made

    def put_in(self, id: int, code: str, note: str, who: str) -> FollowUp:
        """Keep what the person said. It may be put in again. Raises `NotCalledBack`, `Away`."""
        self._check(code)
        now = self._clock.now()
        kept = self._tasks.change(
            id,
            lambda one: (
                replace(one, result=code, note=note or one.note, result_at=now, result_by=who),
                (),
            ),
        )
        if kept is None:
            raise NotCalledBack(f"there is no follow-up {id}")
        return kept[0]

    def put_in_at(self, seat: str, code: str, note: str, who: str) -> FollowUp:
        """The same for the one that a seat tried last."""
        return self.put_in(self.last_of(seat).id, code, note, who)

    def last_of(self, seat: str) -> FollowUp:
        """The one that is offered to a seat, or that it tried last. Raises `NotCalledBack`."""
        last = self._tasks.last_of(seat)
        if last is None:
            raise NotCalledBack(f"seat {seat[:40]} has tried no follow-up")
        return last

    def find(self, id: int) -> FollowUp | None:
        """One, open or closed. Raises `Away`."""
        return self._tasks.get(id)

    def _check(self, code: str) -> None:
        results = self._plan().follow_ups.results
        if code not in results:
            known = ", ".join(f"{key} {title}" for key, title in results.items())
            raise NotCalledBack(f"{code[:40]!r} is no result; there are: {known or 'none'}")

    def fill_soon(self) -> None:
        """There may be room in the list, or somebody whose moment has come."""
        if self._filling:
            self._once_more = True
        elif not self._stopped:
            self._filling = True
            gevent.spawn(self._fill_all)

    def _fill_all(self) -> None:
        try:
            self._once_more = True
            while self._once_more and not self._stopped:
                self._once_more = False
                self._fill()
        except Away as error:
            log.warning("follow-ups not begun", why=str(error))
            self._sleep(AGAIN_SECONDS)
        finally:
            self._filling = False

    def _fill(self) -> None:
        now, plan = self._clock.now(), self._plan()
        rules = plan.follow_ups
        opens = opens_at(rules, plan, now)
        if not rules.trunk or opens > now:
            self._sleep(opens - now if opens > now else LONGEST_SLEEP_SECONDS)
            return
        room = rules.at_once - self._tasks.at_work()
        if room <= 0:
            return
        due = self._tasks.due(now, room)
        for id in due:
            self._happened(id, cb.Due())
        self._once_more = self._once_more or bool(due)
        upcoming = self._tasks.next_at()
        if upcoming is not None:
            self._sleep(upcoming - now)

    def _sleep(self, seconds: float) -> None:
        self._cancel()
        wanted = min(max(0.1, seconds), LONGEST_SLEEP_SECONDS)
        self._cancel = self._clock.later(wanted, self.fill_soon)

    def _do(self, one: FollowUp, todo: tuple[cb.Action, ...]) -> None:
        super()._do(one, todo)
        if one.status not in (Status.WAITING, Status.TRYING):
            self.fill_soon()

    def _wake(self, id: int, at: float) -> None:
        """Its moment stands in SQL."""


def _task(wish: Wish, plan: Plan, now: float) -> FollowUp:
    rules = plan.follow_ups
    if not rules.trunk:
        raise NotCalledBack("the plan has no section follow_ups, so nobody is asked")
    number = reachable(wish.number, plan, now)
    if isinstance(number, Unreachable):
        raise NotCalledBack(why_not(number, wish.number))
    line = line_of("", plan, wish.line)
    if line is None or (wish.line and wish.line not in (line.name, *line.numbers)):
        raise NotCalledBack(f"there is no line {wish.line[:40]}")
    group = wish.group or rules.group
    if group not in plan.groups:
        raise NotCalledBack(f"there is no group {group[:40]}")
    begins = max(now, wish.not_before or now)
    if wish.not_after is not None and wish.not_after <= begins:
        raise NotCalledBack("not_after is over, or comes before not_before")
    return FollowUp(
        id=0,
        number=number,
        line=line.name,
        group=group,
        language=plan.language,
        reason=Reason.ADDED,
        asked_at=now,
        queued_at=begins,
        priority=rules.priority if wish.priority is None else wish.priority,
        status=Status.PAUSED,
        next_at=begins,
        reference=wish.reference,
        subject=wish.subject,
        not_after=wish.not_after,
    )
