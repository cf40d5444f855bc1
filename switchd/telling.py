"""Tells the feed what happens to calls, and whose an event is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from routing.callflow import Call
from routing.notices import notices
from routing.plan import Plan
from routing.rights import Scope
from switchd.calls.answers import News
from switchd.feed.event import Event
from switchd.feed.publisher import Publisher


class CallTeller:
    """Follows the steps of calls."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher

    def changed(self, before: Call, after: Call) -> None:
        """Tell what a step has changed."""
        for notice in notices(before, after):
            self._publisher.tell(notice.kind, call=after.id, seat=notice.seat, facts=notice.facts)

    def noted(self, news: News) -> None:
        """Tell what became of something that a seat had asked for."""
        facts = {**news.facts, "what": news.what}
        self._publisher.tell("call.news", call=news.call, seat=news.seat, facts=facts)

    def popped(self, seat: str, pop: Mapping[str, Any]) -> None:
        """Tell what a seat's screen shows of the caller whom it is offered."""
        self._publisher.tell("call.pop", call=str(pop["call"]), seat=seat, facts=pop)


def scopes_of(event: Event, plan: Callable[[], Plan]) -> Sequence[Scope]:
    """Tell whose an event is: of each seat that it names, and of the groups that they or the call
    belong to."""
    named = event.facts.get("groups") or (event.facts.get("group"),)
    groups = frozenset(str(one) for one in named if one)
    seats = {event.seat, *event.facts.get("seats", ())} - {""}
    known = plan().seats
    return [
        Scope(seat, groups.union(known[seat].groups if seat in known else ())) for seat in seats
    ] or [Scope(groups=groups)]
