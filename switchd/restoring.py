"""After Redis was lost: supervisors' words and agents' seats are told again from SQL.

One daemon of the city does it, before callers come back into the list; the others wait for it. Each
then tells of its own talks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Protocol, TypeVar

import gevent
import structlog

from routing.callflow import Call, State
from routing.callflow import events as on
from routing.callflow.states import ENGAGED
from routing.plan import Plan
from routing.seats import Offer, SeatState
from routing.sessions import Sitting
from switchd.attendance import has_lost
from switchd.queues.facts import QueueUnavailable
from switchd.queues.stream import BEGINNING, RESTORING_SECONDS, SeatStream
from switchd.queues.waitlist import Waitlist
from switchd.records.audit import OperatorAction
from switchd.records.errors import RecordsError
from switchd.records.sessions import OpenSession, Reader
from switchd.threads import in_thread

log = structlog.get_logger(__name__)

Found = on.Talking | on.Controlled
Who = TypeVar("Who", on.Talking, on.Third)
BUSY_SECONDS: Final = 10.0
"""Wrap-up of a seat that had a caller: its daemon has told by then whether it still has."""
LOOK_SECONDS: Final = 0.1
"""How often it is looked whether another daemon has restored everything."""
WITH_SEAT: Final = ENGAGED | {State.CALLING, State.EXPLAINING, State.FAREWELL}
"""States in which the first offer of a call is one that was accepted."""


class Book(Protocol):
    """`switchd.records.sessions.Sessions` is one."""

    def reader(self) -> Reader | None: ...
    def open(self) -> list[OpenSession]: ...


class Words(Protocol):
    """`switchd.records.audit.Audit` is one."""

    def standing(self, city: str, /) -> list[OperatorAction]: ...


class Restoring:
    """Restores what Redis does not know any more. Methods raise `QueueUnavailable`."""

    def __init__(
        self,
        waitlist: Waitlist,
        stream: SeatStream,
        book: Book,
        words: Words,
        *,
        plan: Callable[[], Plan],
        calls: Callable[[], Iterable[Call]],
        seated: Callable[[str, str], None],
        now: Callable[[], float],
        pause: Callable[[float], None] = gevent.sleep,
    ) -> None:
        """`calls` are those of this daemon; `seated(seat, agent)` lets a seat serve whom it can
        with the agent's skills."""
        self._waitlist = waitlist
        self._stream = stream
        self._book = book
        self._words = words
        self._plan = plan
        self._calls = calls
        self._seated = seated
        self._now = now
        self._pause = pause

    def restore(self) -> bool:
        """Restore what was lost, if anything was, and tell of this daemon's talks.

        False without SQL: then nothing of it is known until it is tried again.
        """
        try:
            if self._is_lost():
                self._restore_or_wait()
        except RecordsError as error:
            log.warning("seats and groups not restored", why=str(error))
            return False
        self._talk_on()
        return True

    def talk_on(self, seat: str, agent: str, call: str, token: str, since: float) -> None:
        """A talk goes on that Redis may have lost."""
        if not self._waitlist.talk_on(seat, agent, call, token, since, self._now()):
            log.warning("seat has another caller", seat=seat, call_id=call)

    def talks(self, call: str, event: Found) -> Found:
        """Tell Redis of every seat in a talk that was found; return it with the agents' names.

        The name of an agent whose talk nobody has written down is what Redis knows of the seat.
        """
        self._called_seat_talks(call, event if isinstance(event, on.Talking) else event.talk)
        if isinstance(event, on.Talking):
            return self._seat_talks(call, event, event.answered_at, event.seat)
        since = event.talk.answered_at
        talk = self._seat_talks(call, event.talk, since, event.talk.seat)
        thirds = (self._seat_talks(call, one, since, one.name) for one in event.thirds)
        return replace(event, talk=talk, thirds=tuple(thirds))

    def _seat_talks(self, call: str, who: Who, since: float, seat: str) -> Who:
        if not who.leg or seat not in self._plan().seats:
            return who
        try:
            known = None if who.agent else self._waitlist.seat(seat)
            named = replace(who, agent=known.agent) if known is not None else who
            self.talk_on(seat, named.agent, call, who.leg, since)
        except QueueUnavailable as error:
            log.warning("seat not known to talk", seat=seat, why=str(error))
            return who
        return named

    def _called_seat_talks(self, call: str, talk: on.Talking) -> None:
        if talk.called_seat not in self._plan().seats or not talk.called_agent:
            return
        try:
            self.talk_on(talk.called_seat, talk.called_agent, call, call, talk.answered_at)
        except QueueUnavailable as error:
            log.warning("seat not known to talk", seat=talk.called_seat, why=str(error))

    def _is_lost(self) -> bool:
        """Tell whether Redis knows less than SQL, and nobody has restored it."""
        reader = in_thread(self._book.reader)
        life = self._stream.life(reader.last_id if reader else BEGINNING)
        if not life.name or reader is None:
            return not life.name
        return life.name == reader.life and has_lost(reader, life)

    def _restore_or_wait(self) -> None:
        for _ in range(round(RESTORING_SECONDS / LOOK_SECONDS)):
            if self._stream.begin_restoring():
                self._restore()
                return
            self._pause(LOOK_SECONDS)
            if not self._is_lost():
                return
        raise QueueUnavailable("another daemon has not restored what Redis has lost")

    def _restore(self) -> None:
        sitting = in_thread(self._book.open)
        words = standing(in_thread(lambda: self._words.standing(self._plan().city)))
        now = self._now()
        for group, prompt in words.paused.items():
            if group in self._plan().groups:
                self._waitlist.pause(group, True, now)
                self._waitlist.set_notice(group, prompt)
        for agent, skills in words.skills.items():
            for skill, level in skills.items():
                self._waitlist.change_skill(agent, skill, level)
        back = [one.sitting.seat for one in sitting if self._sits_again(one, now)]
        self._stream.begin_life()
        log.info(
            "seats and groups restored",
            signed_in=len(back),
            not_signed_in=len(sitting) - len(back),
            paused=list(words.paused),
            skills=len(words.skills),
        )

    def _sits_again(self, open: OpenSession, now: float) -> bool:
        sat = open.sitting
        state, since, reason = _resting(sat, now)
        sits = self._waitlist.sit_again(
            sat.seat,
            sat.agent,
            seated_at=sat.seated_at,
            talks=open.talks,
            state=state,
            since=since,
            reason=reason,
            wrap_up_until=now + BUSY_SECONDS,
            now=now,
        )
        if sits:
            self._seated(sat.seat, sat.agent)
        return sits

    def _talk_on(self) -> None:
        """Tell of this daemon's talks. One that ends meanwhile has not been released."""
        for call, offer in list(self._talks()):
            since = call.answered_at or self._now()
            self.talk_on(offer.seat, offer.agent, call.id, offer.token, since)
            if offer.token not in {one.token for _, one in self._talks()}:
                self._waitlist.release(offer.seat, offer.token, 0.0, self._now())

    def _talks(self) -> Iterator[tuple[Call, Offer]]:
        return ((call, offer) for call in self._calls() for offer in accepted(call))


def accepted(call: Call) -> Iterator[Offer]:
    """Give the offer of every seat that has picked up for a call and not been released."""
    if call.state in WITH_SEAT:
        yield from call.offers[:1]
    for party in call.parties:
        if party.answered and party.offer is not None:
            yield party.offer
    over = call.state in (State.FAREWELL, State.CLEARING, State.ENDED)
    if call.callee is not None and call.greeted_at is not None and not over:
        yield call.callee


def _resting(sat: Sitting, now: float) -> tuple[SeatState, float, str]:
    """State, since when and reason with which a seat begins again."""
    if sat.state in (SeatState.READY, SeatState.NOT_READY):
        return SeatState(sat.state), sat.since, sat.reason
    return SeatState.WRAP_UP, now, ""


@dataclass(slots=True)
class Standing:
    """What supervisors have said and nobody has taken back."""

    paused: dict[str, str] = field(default_factory=dict)
    """Group → the prompt that its callers are told, "" for none."""
    skills: dict[str, dict[str, int]] = field(default_factory=dict)
    """Agent → skill → level (0: not at all)."""


def standing(actions: Iterable[OperatorAction]) -> Standing:
    """Give what holds after these actions, the earliest first."""
    found = Standing()
    for action in actions:
        match action.verb:
            case "pause":
                found.paused[action.target] = str(action.facts.get("prompt", ""))
            case "resume":
                found.paused.pop(action.target, None)
            case "skill":
                changes: Mapping[str, int | None] = action.facts["skills"]
                skills = found.skills.setdefault(action.target, {})
                skills.update({one: level for one, level in changes.items() if level is not None})
                for undone in [one for one, level in changes.items() if level is None]:
                    skills.pop(undone, None)
    return found
