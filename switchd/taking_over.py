"""An earlier owner's calls are taken over, each in the state in which it is found."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import partial

import gevent
import structlog
from gevent.pool import Pool

from routing.callflow.states import CONTROLLED, State
from routing.outgoing import CALLED_LEGS
from switchd.esl.errors import EslError
from switchd.parts import Parts
from switchd.queues.facts import QueueUnavailable
from switchd.switchboard import incoming
from switchd.switchboard.adopting import talk_of
from switchd.switchboard.legs import TALK, Legs

log = structlog.get_logger(__name__)

AGAIN_SECONDS = 1.0
"""Pause before what was taken over is looked at once more."""
ON_ITS_WAY_SECONDS = 0.2
"""What is told later than so long after FreeSWITCH has written it down was told to nobody."""
AT_ONCE = 64
"""So many calls are taken over before others get their turn: what they ask goes out together."""
UNANSWERED, BREATH_SECONDS = 1000, 0.005
"""With more unanswered commands than this no further call is taken over for the moment."""
TAKEN_UP = "adopted_"
"""What was done with a talk that is taken over; its state follows."""
FOUND = "adopted"
"""What was done with a caller who is parked."""
NOBODYS = frozenset({"park", "playback", "play_and_get_digits", "record"})
"""What a caller's leg does while its daemon is away."""


class TakingOver:
    """Finds work for legs on which nobody works; ends those of ours that nobody has a use for."""

    def __init__(
        self, parts: Parts, listener: incoming.Listener, going_on: Callable[[], object]
    ) -> None:
        """`going_on()` is told now and then while there is still more to be taken over."""
        self._parts = parts
        self._listener = listener
        self._going_on = going_on

    def is_stray(self, leg: str) -> bool:
        """Whether it is a leg of ours that its call has no use for."""
        parts = self._parts
        needed = parts.desk.waits_for(leg) or leg in parts.supervisors.monitoring
        return not needed and leg not in parts.lines

    def stop(self, legs: Collection[str]) -> int:
        """End legs; return how many."""
        for leg in legs:
            self._listener.stray(leg)
        return len(legs)

    def adopt(self, legs: Legs, unknown: Iterable[str]) -> Counter[str]:
        """Work on what an earlier owner left behind, and look after it once more soon."""
        unknown = list(unknown)
        found = self._take_over(legs, unknown)
        gevent.spawn_later(AGAIN_SECONDS, self._make_up, legs, unknown)
        return found

    def _make_up(self, legs: Legs, listed: Collection[str]) -> None:
        """What happened just before we heard anything was told to nobody, and FreeSWITCH's list is
        written a moment after it: `legs` may lack who had just called."""
        try:
            now = legs.again()
            if self._unheard(legs, now):
                gevent.sleep(ON_ITS_WAY_SECONDS)
                now = legs.again()
            if unheard := self._unheard(legs, now):
                name_lines(now, self._parts)
                self._parts.desk.missed(unheard, now.doing, "UNCONFIRMED")
            listed = frozenset(listed)
            open_ones = (leg for leg in now if leg in listed or leg not in legs)
            left = [leg for leg in open_ones if not self._listener.knows(leg)]
            now.ask_about(left)
            callers = (leg for leg in left if may_be_taken_up(leg, now))
            self._parts.left_alone.compare_again(now, callers)
            if found := self._take_over(now, left):
                log.info("compared once more", legs=len(now), **found)
        except (EslError, QueueUnavailable) as error:
            log.warning("switch not looked at again", why=str(error))

    def _unheard(self, before: Iterable[str], now: Legs) -> set[str]:
        """Calls of whose legs some are not there any more, and nobody has told so."""
        return {call for leg in before if leg not in now for call in self._on(leg)}

    def _on(self, leg: str) -> Iterator[str]:
        """Give the call that counts on a leg, if there is one."""
        call = self._parts.desk.call_on(leg)
        if call is not None and leg in (call.id, *call.open_legs):
            yield call.id

    def _take_over(self, legs: Legs, unknown: Iterable[str]) -> Counter[str]:
        """Talks come first, since they say whose the other legs are; whatever is nobody's then, and
        talks with nobody, is ended."""
        did: dict[str, str] = {}
        unknown = [leg for leg in unknown if leg not in self._parts.lines]
        # Whoever waits longest is back in the list first, before seats are found for others.
        unknown.sort(key=lambda leg: _since(leg, legs))
        talks = Pool(AT_ONCE)
        for look in (partial(self._take_up, talks), self._find):
            for number, leg in enumerate(unknown, 1):
                if number % AT_ONCE == 0:
                    self._breathe()
                if self._listener.knows(leg):
                    continue
                try:
                    did[leg] = look(leg, legs)
                except ValueError as error:
                    log.warning("leg not taken over", leg=leg, why=str(error))
            talks.join()
        return Counter(what for what in did.values() if what)

    def _breathe(self) -> None:
        """Let the calls that were taken over say what they have to, before there are more: a
        command that waits for thousands of others is given up."""
        link = self._parts.link
        self._going_on()
        gevent.sleep(0)
        while link.connected and link.unanswered > UNANSWERED:
            gevent.sleep(BREATH_SECONDS)

    def _find(self, leg: str, legs: Legs) -> str:
        """Work on a leg that is parked or rings; say what was done."""
        if not _is_left_alone(leg, legs) or not legs.headers(leg):
            return ""
        incoming.found_as(self._listener, leg, legs.variables(leg))
        return "stopped" if legs.outbound(leg) else FOUND

    def _take_up(self, talks: Pool, leg: str, legs: Legs) -> str:
        """Go on with a caller's talk, in one of `talks`, since the waiting list has to be told;
        say in which state it was."""
        event = talk_of(leg, legs) if may_be_taken_up(leg, legs) else None
        if event is None:
            return ""
        talks.spawn(self._listener.talks, leg, event)
        return f"{TAKEN_UP}{event.state}"


def name_lines(legs: Legs, parts: Parts) -> None:
    """Have legs known by the names that our calls use for them: lines that are kept open."""
    named = {leg: parts.lines.real(leg) for call in parts.desk.calls() for leg in call.partners}
    legs.name_lines({token: leg for token, leg in named.items() if token != leg in legs})


def controlled(legs: Legs, callers: Iterable[str]) -> Iterator[str]:
    """Give the legs, or the tokens of lines, that callers' legs name as those of a call that an
    earlier owner was controlling, or had begun to: they need not talk at this moment."""
    for leg in callers:
        variable = legs.variables(leg)
        state = variable("switchd_state")
        if state in CONTROLLED or (state == State.TALKING and legs.doing[leg] in NOBODYS):
            yield from (variable("switchd_offer"), *variable("switchd_third").split(","))


def may_be_taken_up(leg: str, legs: Legs) -> bool:
    """Whether a leg may be a caller's, or somebody's who is parked: not the other side of a
    talk."""
    return legs.doing[leg] != TALK or not legs.outbound(leg) or leg.startswith(CALLED_LEGS)


def _is_left_alone(leg: str, legs: Legs) -> bool:
    """Whether it is parked, or is one that we rang and that talks with nobody."""
    return legs.doing[leg] in NOBODYS or (legs.outbound(leg) and legs.doing[leg] != TALK)


def _since(leg: str, legs: Legs) -> float:
    """When the caller of a leg began to wait; whoever does not comes last."""
    queued_at = legs.variables(leg)("switchd_queued_at") if may_be_taken_up(leg, legs) else ""
    return float(queued_at) if queued_at else math.inf
