"""Callers' standing in the running hotline: counted in Redis, written down in SQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, TypeVar

import gevent
import structlog

from routing.admission import HeldPlace, Knock
from routing.numbers import EMERGENCY, normalise
from routing.plan import Plan
from routing.standing import Callers, Standing
from switchd.api.ports import Refused, Unavailable
from switchd.keeping import WriteDown
from switchd.queues.entrance import Entrance
from switchd.queues.waitlist import Waitlist
from switchd.records.callers import CallerRule, CallerRules
from switchd.records.errors import RecordsError
from switchd.threads import in_thread
from switchd.wiring import for_api, for_calls

HOTLINE = "switchd"
"""Who bars a number that called too often."""

log = structlog.get_logger(__name__)
_Found = TypeVar("_Found")


class CallerDesk:
    """Knows who may not call. Implements `calls.ports.Register`, and the API's verbs."""

    def __init__(
        self,
        entrance: Entrance,
        waitlist: Waitlist,
        rules: CallerRules,
        plan: Callable[[], Plan],
        now: Callable[[], float],
        write_down: WriteDown,
    ) -> None:
        """`write_down` puts what a person did into the audit."""
        self._entrance = entrance
        self._waitlist = waitlist
        self._rules = rules
        self._plan = plan
        self._now = now
        self._write_down = write_down

    def restore(self) -> None:
        """Put what SQL knows into Redis, which may have lost it.

        Raises `StoreUnavailable`, `QueueUnavailable`.
        """
        now = self._now()
        for rule in in_thread(lambda: self._rules.in_force(now)):
            self._bar(rule, now)

    def arrive(self, knocks: Sequence[Knock], callers: Callers, now: float) -> Sequence[Standing]:
        """Count calls; a bar that comes of one is written down behind its back."""
        with for_calls():
            answers = self._entrance.arrive(knocks, callers, now)
        for knock, answer in zip(knocks, answers, strict=True):
            view = answer.caller
            if view.barred_now:
                rule = CallerRule(
                    knock.number, "limit", view.barred_until, view.reason, HOTLINE, now
                )
                gevent.spawn(self._keep, rule)
        return [answer.standing for answer in answers]

    def hold(self, call: str, line: str, number: str, place: HeldPlace, now: float) -> None:
        """The call waits at that place."""
        with for_calls():
            self._entrance.hold_place(call, line, number, place, now)

    def leave(
        self, call: str, line: str, number: str, kept: HeldPlace | None, seconds: float
    ) -> None:
        """The call waits no more."""
        with for_calls():
            self._entrance.leave_place(call, line, number, kept, seconds)

    def take_over(self, earlier: HeldPlace, call: str) -> None:
        """Tell an earlier call that `call` has its place."""
        with for_calls():
            self._entrance.take_over(earlier, call)

    def block(
        self, written: str, seconds: float | None, reason: str, who: str
    ) -> Mapping[str, Any]:
        """Bar a number for so many seconds, None for ever; an earlier bar of it ends.

        Raises `Refused` for what cannot be barred, `Unavailable`.
        """
        now = self._now()
        until = None if seconds is None else now + seconds
        rule = CallerRule(self._number(written), "blocked", until, reason, who, now)
        _reached(lambda: self._rules.add(rule))
        with for_api():
            self._bar(rule, now)
        log.info("caller blocked", number=rule.number, until=until, reason=reason, who=who)
        self._write_down("block", rule.number, {"until": until}, who, reason)
        return _shown(rule)

    def unblock(self, written: str, who: str) -> Mapping[str, Any]:
        """End a number's bar. Raises `Refused` if there is none, `Unavailable`."""
        number = self._number(written)
        ended = _reached(lambda: self._rules.remove(number, self._now(), who))
        with for_api():
            was_barred = self._waitlist.admit_caller(number)
        if not ended and not was_barred:
            raise Refused(f"{number} is not blocked; `switchd blocked` lists who is")
        log.info("caller unblocked", number=number, who=who)
        self._write_down("unblock", number, {}, who, "")
        return {"number": number, "removed_by": who}

    def blocked(self) -> Sequence[Mapping[str, Any]]:
        """Everybody who is barred by a person or by the limit; the plan's own list is not shown."""
        return [_shown(rule) for rule in _reached(lambda: self._rules.in_force(self._now()))]

    def _number(self, written: str) -> str:
        number = normalise(written, self._plan().area_code)
        if not number:
            raise Refused(f"'{written[:40]}' is no telephone number")
        if number in EMERGENCY:
            raise Refused(f"{number} is an emergency service, which is never blocked")
        return number

    def _bar(self, rule: CallerRule, now: float) -> None:
        by_limit = rule.kind == "limit"
        self._waitlist.bar_caller(rule.number, rule.until, rule.reason, by_limit, now)

    def _keep(self, rule: CallerRule) -> None:
        try:
            in_thread(lambda: self._rules.add(rule))
        except RecordsError as error:
            log.warning("bar not written down", rule=asdict(rule), why=str(error))
        else:
            log.info("caller barred", number=rule.number, until=rule.until, reason=rule.reason)


def _shown(rule: CallerRule) -> Mapping[str, Any]:
    return {
        "number": rule.number,
        "kind": rule.kind,
        "until": rule.until,
        "reason": rule.reason,
        "who": rule.who,
        "at": rule.at,
    }


def _reached(question: Callable[[], _Found]) -> _Found:
    try:
        return in_thread(question)
    except RecordsError as error:
        raise Unavailable(str(error)) from error
