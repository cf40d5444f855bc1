"""What the HTTP interface shows and does, from the parts of the running daemon."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from functools import partial
from typing import Any

import gevent

from routing.indicators import Counts
from routing.rights import Scope
from switchd import __version__
from switchd.api.ports import Following, Unavailable
from switchd.parts import Parts
from switchd.queues.facts import QueueUnavailable
from switchd.records import codec
from switchd.scopes import scopes


class RunningHouse:
    """The daemon as plain data. Implements `api.ports.House`."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def status(self) -> Mapping[str, Any]:
        """Everything at a glance."""
        parts = self._parts
        now = parts.clock.now()
        with _unavailable():
            parts.queueless.ask()
            snapshot = parts.waitlist.snapshot(now, first=0)
            figures = parts.indicators.today()
            nodes = [asdict(node) for node in parts.membership.nodes.nodes(now)]
            standbys = parts.membership.nodes.standbys(now)
        states = Counter(str(seat.state) for seat in snapshot.seats.values())
        waits = [group.longest_wait for group in snapshot.groups.values()]
        return {
            "city": parts.plan.city,
            "title": parts.plan.title,
            "version": __version__,
            "plan": parts.plan.version,
            "node": parts.owner,
            "owned_at": parts.membership.holder,
            "standbys": standbys,
            "nodes": nodes,
            "now": now,
            "started_at": parts.started_at,
            "draining": parts.draining,
            "freeswitch": {"connected": parts.link.connected, "trouble": parts.link.trouble},
            "calls": len(parts.desk),
            "waiting": sum(group.waiting for group in snapshot.groups.values()),
            "longest_wait": max(waits, default=0.0),
            "seats": dict(states),
            "figures": figures.plain(),
            "records_waiting": parts.spool.waiting,
            "admission": asdict(parts.desk.reception.view()),
            "unexpected": dict(parts.desk.unexpected),
            "compared": None if parts.compared is None else asdict(parts.compared),
        }

    def health(self) -> Mapping[str, str]:
        """What keeps the daemon from serving callers."""
        parts, troubles = self._parts, {}
        if not parts.link.connected:
            troubles["freeswitch"] = parts.link.trouble or "not connected"
        try:
            parts.queueless.ask()
            parts.waitlist.staffed("")
        except QueueUnavailable as error:
            troubles["redis"] = str(error)
        if not parts.started_at:
            troubles["switchd"] = "stands by while another daemon has the calls"
        if parts.draining:
            troubles["switchd"] = "about to stop: new callers are turned away"
        return troubles

    def follow(self, since: str) -> Following:
        """Follow the feed of events."""
        return partial(self._parts.feed.follow, since)

    def scopes(self, kind: str, name: str) -> Sequence[Scope]:
        """Whose something is, as far as this daemon knows."""
        with _unavailable():
            return scopes(self._parts, kind, name)

    def calls(self) -> Sequence[Mapping[str, Any]]:
        """Every call in progress, oldest first."""
        return [
            {
                "call": call.id,
                "state": str(call.state),
                "line": call.line_dialled or call.dialled,
                "caller": call.caller,
                "group": call.group,
                "seat": call.offer.seat if call.offer else call.seat,
                "arrived_at": call.arrived_at,
                "queued_at": call.queued_at,
                "answered_at": call.answered_at,
            }
            for call in self._parts.desk.calls()
        ]

    def call(self, call: str) -> Mapping[str, Any] | None:
        """A call in progress, as its record would be if it ended now, with its state."""
        plan = self._parts.plan
        found = self._parts.desk.find(call)
        if found is None:
            return None
        now = replace(found, ended_at=self._parts.clock.now())
        record = now.record(plan.city, plan.version, {})
        return {"state": str(found.state), "record": codec.to_dict(record)}

    def pop(self, call: str) -> Mapping[str, Any] | None:
        """What a seat's screen shows of a call; None if it is neither in progress nor has just
        ended here."""
        return self._parts.pops.pop(call)

    def queues(self) -> Sequence[Mapping[str, Any]]:
        """Every skill group's list."""
        parts = self._parts
        with _unavailable():
            snapshot = parts.waitlist.snapshot(parts.clock.now(), first=5)
            today = parts.indicators.groups_today()
        seats = snapshot.seats.values()
        answer = []
        for group in parts.plan.groups.values():
            view = snapshot.groups.get(group.name)
            serving = [seat for seat in seats if group.name in seat.groups]
            answer.append(
                {
                    "group": group.name,
                    "title": group.title,
                    "waiting": view.waiting if view else 0,
                    "paused": view is not None and view.pool.paused,
                    "longest_wait": view.longest_wait if view else 0.0,
                    "first": [waiting.call for waiting in view.first] if view else [],
                    "seats": dict(Counter(str(seat.state) for seat in serving)),
                    "today": today.get(group.name, Counts()).plain(),
                }
            )
        return answer

    def indicators(self) -> Mapping[str, Any]:
        """Figures of the calls that ended, by line and group: since midnight, and rolling."""
        with _unavailable():
            return self._parts.indicators.show()

    def seats(self) -> Sequence[Mapping[str, Any]]:
        """Every seat."""
        with _unavailable():
            snapshot = self._parts.waitlist.snapshot(self._parts.clock.now(), first=0)
        return [asdict(seat) for seat in snapshot.seats.values()]

    def seat_verb(
        self,
        seat: str,
        verb: str,
        agent: str,
        reason: str,
        pin: str = "",
        take_over: bool = False,
        vouched: bool = False,
    ) -> Mapping[str, Any]:
        """Sign in, be ready, …; `vouched` if the agent has been proven to be one otherwise."""
        return asdict(self._parts.seat_desk.do(seat, verb, agent, reason, pin, take_over, vouched))

    def reload(self, who: str, why: str) -> Mapping[str, Any]:
        """Read the city's folder again and put its plan into force."""
        return self._parts.reloader.reload(who, why)

    def blocked(self) -> Sequence[Mapping[str, Any]]:
        """Who may not call."""
        return self._parts.callers.blocked()

    def block(self, number: str, seconds: float | None, reason: str, who: str) -> Mapping[str, Any]:
        """Bar a caller's number."""
        return self._parts.callers.block(number, seconds, reason, who)

    def unblock(self, number: str, who: str) -> Mapping[str, Any]:
        """End the bar of a caller's number."""
        return self._parts.callers.unblock(number, who)

    def callbacks(self) -> Sequence[Mapping[str, Any]]:
        """The latest callbacks."""
        return self._parts.kept.callbacks()

    def add_callback(self, number: str, line: str, who: str) -> Mapping[str, Any]:
        """Have a number called back."""
        return self._parts.kept.add(number, line, who)

    def change_callback(self, id: int, verb: str, who: str) -> Mapping[str, Any]:
        """Cancel or retry a callback."""
        return self._parts.kept.change(id, verb, who)

    def follow_ups(self) -> Sequence[Mapping[str, Any]]:
        """The latest follow-ups."""
        return self._parts.asked.follow_ups()

    def add_follow_ups(
        self, wishes: Sequence[Mapping[str, Any]], who: str
    ) -> Sequence[Mapping[str, Any]]:
        """Have people asked how their matters went."""
        return self._parts.asked.add(wishes, who)

    def change_follow_up(self, id: int, verb: str, who: str) -> Mapping[str, Any]:
        """Cancel or retry a follow-up."""
        return self._parts.asked.change(id, verb, who)

    def follow_up_result(self, id: int, code: str, note: str, who: str) -> Mapping[str, Any]:
        """Keep what a person said."""
        return self._parts.asked.result(id, code, note, who)

    def seat_follow_up(self, seat: str) -> Mapping[str, Any]:
        """The follow-up that is offered to a seat, or that it tried last."""
        return self._parts.asked.last_of(seat)

    def seat_result(self, seat: str, code: str, note: str, who: str) -> Mapping[str, Any]:
        """Keep what the person said whom a seat asked last."""
        return self._parts.asked.result_at(seat, code, note, who)

    def control(self, seat: str, verb: str, target: str, who: str, why: str) -> Mapping[str, Any]:
        """Do what a seat asks for in its call."""
        done = self._parts.controls.do(seat, verb, target=target, who=who, why=why)
        self._write_down(verb, done["call"], {"seat": seat, "target": target}, who, why)
        return done

    def control_call(
        self, call: str, verb: str, target: str, who: str, why: str
    ) -> Mapping[str, Any]:
        """Do with a call what its seat could do."""
        done = self._parts.controls.do_call(call, verb, target=target, who=who, why=why)
        self._write_down(verb, done["call"], {"target": target}, who, why)
        return done

    def _write_down(
        self, verb: str, call: str, facts: Mapping[str, Any], who: str, why: str
    ) -> None:
        """Write down what was done with a call; nobody waits for SQL meanwhile."""
        gevent.spawn(self._parts.operators.write_down, f"call.{verb}", call, facts, who, why)

    def dial(self, seat: str, number: str, line: str, who: str) -> Mapping[str, Any]:
        """Call a number from a seat."""
        return self._parts.dialling.dial(seat, number, line, who)

    def voicemails(self) -> Sequence[Mapping[str, Any]]:
        """The latest messages."""
        return self._parts.kept.voicemails()

    def voicemail_handled(self, call: str, who: str) -> Mapping[str, Any]:
        """Somebody has seen to a message."""
        return self._parts.kept.handled(call, who)

    def rank(self, call: str, priority: int, who: str, why: str) -> Mapping[str, Any]:
        """Give a waiting caller another priority."""
        return self._parts.operators.rank(call, priority, who, why)

    def move(self, call: str, group: str, who: str, why: str) -> Mapping[str, Any]:
        """Let a caller wait for another group."""
        return self._parts.operators.move(call, group, who, why)

    def remove(self, call: str, prompt: str, who: str, why: str) -> Mapping[str, Any]:
        """Take a waiting caller out."""
        return self._parts.operators.remove(call, prompt, who, why)

    def pause(self, group: str, prompt: str, who: str, why: str) -> Mapping[str, Any]:
        """Hold the callers of a group back."""
        return self._parts.operators.pause(group, prompt, who, why)

    def resume(self, group: str, who: str, why: str) -> Mapping[str, Any]:
        """Let the callers of a group come again."""
        return self._parts.operators.resume(group, who, why)

    def change_skills(
        self, agent: str, changes: Mapping[str, int | None], who: str, why: str
    ) -> Mapping[str, Any]:
        """Give an agent skills, or take them away."""
        return self._parts.operators.skills(agent, changes, who, why)

    def watching(self) -> Sequence[Mapping[str, Any]]:
        """Every supervisor who listens."""
        return self._parts.supervisors.watching()

    def supervise(self, verb: str, who: str, why: str, **wanted: str) -> Mapping[str, Any]:
        """Listen, whisper, barge, take over, release, force."""
        return self._parts.supervisors.do(verb, who=who, why=why, **wanted)


@contextmanager
def _unavailable() -> Iterator[None]:
    try:
        yield
    except QueueUnavailable as error:
        raise Unavailable(str(error)) from error
