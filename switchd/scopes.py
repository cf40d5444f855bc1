"""Whose something is: which seat and which groups a right must cover."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from routing.notices import seats_of
from routing.plan import Plan
from routing.rights import WHOLE_CITY, Scope
from switchd.parts import Parts
from switchd.queues.facts import QueueUnavailable

EVERYBODY = 1_000_000
"""More callers than can wait."""


def scopes(parts: Parts, kind: str, name: str) -> Sequence[Scope]:
    """Tell it for a seat, call, group, agent, callback, follow-up or voicemail.

    A right to one of them is enough.
    What is not known is nobody's: only those whose right is for the whole city may ask for it.
    Raises `QueueUnavailable`, and `Unavailable` if SQL has to be asked, but not for seats and calls
    in progress here: talks go on without Redis.
    """
    match kind:
        case "seat":
            return (Scope(name, _groups_of_seat(parts, name)),)
        case "call":
            return _of_call(parts, name)
        case "group":
            return (Scope(groups=frozenset({name})),)
        case "agent":
            return (_of_agent(parts, name),)
        case "callback":
            return (_listed(parts.kept.callbacks, "id", int(name)),)
        case "follow_up":
            return (_of_follow_up(parts, int(name)),)
        case "voicemail":
            return (_listed(parts.kept.voicemails, "call", name),)
    return (WHOLE_CITY,)


def _groups_of_seat(parts: Parts, seat: str) -> frozenset[str]:
    planned = parts.plan.seats.get(seat)
    groups = frozenset(planned.groups) if planned else frozenset[str]()
    try:
        view = parts.waitlist.seat(seat)
    except QueueUnavailable:
        return groups
    return groups | frozenset(view.groups) if view else groups


def _of_call(parts: Parts, call: str) -> Sequence[Scope]:
    found = parts.desk.find(call)
    if found is not None:
        groups = frozenset({found.group} - {""})
        return [Scope(seat, groups) for seat in seats_of(found)] or [Scope(groups=groups)]
    ended = parts.pops.pop(call)
    if ended is not None:
        return (Scope(ended["seat"], frozenset({ended["group"]} - {""})),)
    snapshot = parts.waitlist.snapshot(parts.clock.now(), first=EVERYBODY)
    waits_for = {one.call: group for group, view in snapshot.groups.items() for one in view.first}
    group = waits_for.get(call)
    return (Scope(groups=frozenset({group})) if group else WHOLE_CITY,)


def _of_agent(parts: Parts, agent: str) -> Scope:
    snapshot = parts.waitlist.snapshot(parts.clock.now(), first=0)
    at = [seat for seat in snapshot.seats.values() if seat.agent == agent]
    skills = _skills(parts.plan, agent)
    return Scope(groups=skills.union(*(seat.groups for seat in at)), agent=agent)


def _of_follow_up(parts: Parts, id: int) -> Scope:
    found = parts.asked.find(id)
    return Scope(found.seat, frozenset({found.group})) if found else WHOLE_CITY


def _skills(plan: Plan, agent: str) -> frozenset[str]:
    known = plan.agents.get(agent)
    return frozenset(known.skills) if known else frozenset()


def _listed(every: Callable[[], Sequence[Mapping[str, Any]]], key: str, name: object) -> Scope:
    groups: Iterable[str] = (one["group"] for one in every() if one[key] == name)
    return Scope(groups=frozenset(groups))
