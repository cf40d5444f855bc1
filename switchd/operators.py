"""What supervisors do to waiting callers, to groups and to agents' skills, while calls go on.

What concerns a caller reaches the daemon that has the call through its inbox, so that it holds
wherever the supervisor's daemon is. Everything is written down in SQL.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import asdict
from difflib import get_close_matches
from typing import Any, Protocol

import structlog

from routing.callflow import events as on
from routing.plan import Plan
from routing.pools import agent_skills, pools
from switchd.api.ports import Refused
from switchd.calls.desk import Desk
from switchd.queues.facts import Snapshot, Told
from switchd.queues.waitlist import Waitlist
from switchd.records.audit import OperatorAction
from switchd.records.errors import RecordsError
from switchd.seating import Seating
from switchd.threads import in_thread
from switchd.wiring import for_api

log = structlog.get_logger(__name__)

EVERYBODY = 1_000_000
"""More callers than can wait."""
SHORTEST_BEGINNING = 4
"""Characters of a call's id that may stand for the whole."""
KEPT_PLACES = "callback:"
"""How the ids of callbacks begin that wait in the list."""


class Ledger(Protocol):
    """Where actions are written down; `switchd.records.audit.Audit` is one."""

    def add(self, action: OperatorAction, /) -> None:
        """Write an action down. Raises `RecordsError`."""


class Operators:
    """Does what a supervisor asks for. Every method returns what came of it as plain data, and
    raises `Refused` for what is not possible and `Unavailable` if Redis cannot be asked."""

    def __init__(
        self,
        waitlist: Waitlist,
        seating: Seating,
        ledger: Ledger,
        *,
        plan: Callable[[], Plan],
        missing_prompts: Callable[[Iterable[str]], Collection[str]],
        now: Callable[[], float],
    ) -> None:
        """`missing_prompts` gives those of some prompts for which there is no recording."""
        self._waitlist = waitlist
        self._seating = seating
        self._ledger = ledger
        self._plan = plan
        self._missing_prompts = missing_prompts
        self._now = now

    def rank(self, call: str, priority: int, who: str, why: str) -> Mapping[str, Any]:
        """Give a caller another priority, in points."""
        with for_api():
            call = self._found(call)
            if call.startswith(KEPT_PLACES):
                self._waitlist.rerank(call, priority, self._now())
            else:
                self._tell(call, "rank", {"priority": priority, "who": who})
        return self.write_down("rank", call, {"priority": priority}, who, why)

    def move(self, call: str, group: str, who: str, why: str) -> Mapping[str, Any]:
        """Let a caller wait for another group."""
        self._known("group", group, self._plan().groups)
        with for_api():
            call = self._found(call)
            if call.startswith(KEPT_PLACES):
                self._waitlist.move(call, group, self._now())
            else:
                self._tell(call, "move", {"group": group, "who": who})
        return self.write_down("move", call, {"group": group}, who, why)

    def remove(self, call: str, prompt: str, who: str, why: str) -> Mapping[str, Any]:
        """Take a caller out of the list: the prompt, or nothing, and good-bye."""
        self._recorded(prompt)
        with for_api():
            call = self._found(call)
            if call.startswith(KEPT_PLACES):
                number = call.removeprefix(KEPT_PLACES)
                raise Refused(f"{call} is a callback; `switchd callbacks cancel {number}` ends it")
            self._tell(call, "take_out", {"prompt": prompt, "who": who})
        return self.write_down("remove", call, {"prompt": prompt}, who, why)

    def pause(self, group: str, prompt: str, who: str, why: str) -> Mapping[str, Any]:
        """Hold the callers of a group back; they are told `prompt`, if it is not empty.

        For a group that is paused already: tell its callers something else.
        """
        self._known("group", group, self._plan().groups)
        self._recorded(prompt)
        with for_api():
            self._waitlist.pause(group, True, self._now())
            waiting = self._waitlist.set_notice(group, prompt)
        return self.write_down("pause", group, {"prompt": prompt, "waiting": waiting}, who, why)

    def resume(self, group: str, who: str, why: str) -> Mapping[str, Any]:
        """Let the callers of a paused group come again."""
        with for_api():
            if self._waitlist.notice(group) is None:
                self._known("group", group, self._plan().groups)
                raise Refused(f"the group {group} is not paused")
            waiting = self._waitlist.set_notice(group, "")
            self._waitlist.pause(group, False, self._now())
        return self.write_down("resume", group, {"waiting": waiting}, who, why)

    def skills(
        self, agent: str, changes: Mapping[str, int | None], who: str, why: str
    ) -> Mapping[str, Any]:
        """Give an agent skills at a level (1 to 9) or take them away (0); None: as the plan says.

        It counts at once and until it is taken back.
        """
        plan = self._plan()
        for skill in changes:
            self._known("skill", skill, _skills(plan))
        with for_api():
            signed_in = {seat.agent for seat in self._snapshot().seats.values()} - {""}
            self._known("agent", agent, {*plan.agents, *signed_in})
            seat = ""
            for skill, level in changes.items():
                seat = self._seating.change_skill(agent, skill, level)
            brings = agent_skills(plan, agent, self._waitlist.skill_changes(agent))
            brings = {skill: level for skill, level in brings.items() if level}
            view = self._waitlist.seat(seat) if seat else None
        facts = {"skills": dict(changes)}
        done = self.write_down("skill", agent, facts, who, why)
        serves = list(view.groups) if view else []
        return {**done, "brings": brings, "seat": seat, "serves": serves}

    def _found(self, written: str) -> str:
        """Give the call whose id begins as written. Raises `Refused`."""
        if len(written) < SHORTEST_BEGINNING and not written.startswith(KEPT_PLACES):
            raise Refused(f"'{written}' is too short; `switchd calls` lists the calls")
        snapshot = self._snapshot()
        waiting = {one.call for group in snapshot.groups.values() for one in group.first}
        waiting |= {seat.call for seat in snapshot.seats.values() if seat.call}
        found = [call for call in waiting if call.startswith(written)]
        if written in found:
            return written
        if len(found) > 1:
            raise Refused(f"{len(found)} calls begin with {written}: write more of it")
        if not found:
            raise Refused(f"no caller waits whose call begins with {written}")
        return found[0]

    def _snapshot(self) -> Snapshot:
        return self._waitlist.snapshot(self._now(), first=EVERYBODY)

    def _tell(self, call: str, what: str, facts: Mapping[str, Any]) -> None:
        if not self._waitlist.tell(call, what, facts):
            raise Refused(f"{call} does not wait any more")

    def _recorded(self, prompt: str) -> None:
        if prompt and self._missing_prompts((prompt,)):
            raise Refused(f"there is no recording {prompt}; `switchd prompts check` lists them")

    def _known(self, what: str, name: str, known: Collection[str]) -> None:
        if name not in known:
            close = get_close_matches(name, known, 1)
            meant = f"did you mean {close[0]}?" if close else f"known: {', '.join(sorted(known))}"
            raise Refused(f"there is no {what} {name}; {meant}")

    def write_down(
        self, verb: str, target: str, facts: Mapping[str, Any], who: str, why: str
    ) -> Mapping[str, Any]:
        """Write down what was done; without SQL it is done all the same, and the log has it."""
        action = OperatorAction(self._plan().city, self._now(), who, verb, target, facts, why)
        log.info("supervisor", verb=verb, target=target, facts=facts, who=who, reason=why)
        trouble = ""
        try:
            in_thread(lambda: self._ledger.add(action))
        except RecordsError as error:
            log.error("not written down", action=asdict(action), why=str(error))
            trouble = f"done, but it could not be written down: {error}"
        return {**asdict(action), "trouble": trouble}


def _skills(plan: Plan) -> set[str]:
    """Every skill that the plan speaks of."""
    needed = {atom.name for need in pools(plan).values() for atom in need.atoms()}
    given = {skill for agent in plan.agents.values() for skill in agent.skills}
    return needed | given | {group for seat in plan.seats.values() for group in seat.groups}


def heed(told: Told, desk: Desk) -> None:
    """Hand a supervisor's word to the call that it is about; it may have ended."""
    facts = told.facts
    event: on.Event
    match told.what:
        case "rank":
            event = on.Ranked(int(facts["priority"]), facts["who"])
        case "move":
            event = on.Moved(facts["group"], facts["who"])
        case "take_out":
            event = on.TakenOut(facts["prompt"], facts["who"])
        case "notice":
            event = on.Noticed(facts["prompt"])
        case _:
            log.warning("a word that nobody understands", what=told.what, call_id=told.call)
            return
    desk.deliver(told.call, event)
