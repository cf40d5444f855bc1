"""Who may do what: roles × verbs as one table, and how far each reaches.

A verb is named by what it is about and what it does, `call.hold` or `group.pause`. Whoever asks is
an `Identity`, known by a token; what the verb is about is a `Scope`. What the table does not name,
nobody may do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final


class Role(StrEnum):
    """What a person is, or a program that has a token."""

    SEAT = "seat"
    """坐席: an agent, or a softphone that belongs to a place."""
    TEAM_LEAD = "team_lead"
    """组长: supervises groups."""
    SHIFT_SUPERVISOR = "shift_supervisor"
    """值班长: supervises everybody."""
    ADMIN = "admin"
    """Looks after the plan and who may call; has nothing to do with talks."""
    READER = "reader"
    """Wallboards and reports: only looks."""


class Reach(IntEnum):
    """How far a verb reaches for a role."""

    NOWHERE = 0
    OWN = 1
    """The seat where one sits, or the one that the token is for."""
    GROUPS = 2
    """Seats, callers and calls of one's own groups, and one's own seat."""
    CITY = 3
    """Everything, unless the identity is narrowed to groups."""
    ALWAYS = 4
    """Everything, for everybody: figures in which no person is to be seen."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Whoever asks."""

    name: str
    """For the audit: a staff number or what the token was made for."""
    role: Role
    seat: str = ""
    """The seat that is one's own: the token's, or where the token's agent sits now."""
    groups: frozenset[str] = frozenset()
    """The groups to which a reach is narrowed that would be the whole city; empty: it is not."""
    token_id: int = 0
    agent: str = ""
    """Staff number, if the token belongs to an agent, who may sit down anywhere with it."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a verb is about; an empty one is the whole city."""

    seat: str = ""
    """The seat itself, or the one that has the call."""
    groups: frozenset[str] = frozenset()
    """Groups that the seat serves, that the call or callback is of, or the group itself."""
    agent: str = ""
    """For `seat.sign-in` alone: who is to sit there."""


WHOLE_CITY: Final = Scope()
SIGN_IN: Final = "seat.sign-in"

_NO, _OWN, _GROUPS, _CITY, _ALL = Reach
_CONTROLS = (
    "hold resume mute unmute transfer consult complete cancel three-way leave drop swap park "
    "pick-up survey supervisor emergency hang-up"
)
# area, verbs, then how far for: seat, team lead, shift supervisor, admin, reader
_ROWS: Final = (
    ("see", "status queues indicators", _ALL, _ALL, _ALL, _ALL, _ALL),
    ("see", "seats calls events", _OWN, _GROUPS, _CITY, _CITY, _CITY),
    ("see", "pop", _OWN, _GROUPS, _CITY, _NO, _NO),
    ("see", "callbacks voicemails", _NO, _GROUPS, _CITY, _CITY, _NO),
    ("see", "blocked", _NO, _NO, _CITY, _CITY, _NO),
    ("seat", "sign-in dial", _OWN, _OWN, _OWN, _NO, _NO),
    ("seat", "sign-out ready not-ready", _OWN, _GROUPS, _CITY, _NO, _NO),
    ("call", _CONTROLS, _OWN, _GROUPS, _CITY, _NO, _NO),
    ("supervise", "listen whisper barge take-over control", _NO, _GROUPS, _CITY, _NO, _NO),
    ("supervise", "stop release force", _NO, _GROUPS, _CITY, _NO, _NO),
    ("waiting", "rank move remove", _NO, _GROUPS, _CITY, _NO, _NO),
    ("group", "pause resume", _NO, _GROUPS, _CITY, _NO, _NO),
    ("agent", "skills", _NO, _GROUPS, _CITY, _CITY, _NO),
    ("callbacks", "add cancel retry", _NO, _GROUPS, _CITY, _CITY, _NO),
    ("voicemails", "handled", _NO, _GROUPS, _CITY, _NO, _NO),
    ("follow-ups", "see preview result", _OWN, _GROUPS, _CITY, _CITY, _NO),
    ("follow-ups", "add cancel retry", _NO, _GROUPS, _CITY, _CITY, _NO),
    ("callers", "block unblock", _NO, _NO, _CITY, _CITY, _NO),
    ("plan", "reload", _NO, _NO, _NO, _CITY, _NO),
)

TABLE: Final[Mapping[str, Mapping[Role, Reach]]] = {
    f"{area}.{verb}": dict(zip(Role, reaches, strict=True))
    for area, verbs, *reaches in _ROWS
    for verb in verbs.split()
}
"""Verb → role → how far it reaches."""


def reach(identity: Identity, verb: str) -> Reach:
    """Tell how far a verb reaches at most for whoever asks; NOWHERE for one that is unknown."""
    found = TABLE.get(verb, {}).get(identity.role, Reach.NOWHERE)
    return Reach.GROUPS if found is Reach.CITY and identity.groups else found


def may(identity: Identity, verb: str, on: Scope = WHOLE_CITY) -> bool:
    """Tell whether whoever asks may do a verb to something."""
    match reach(identity, verb):
        case Reach.NOWHERE:
            return False
        case Reach.OWN:
            return _is_own(identity, verb, on)
        case Reach.GROUPS:
            return bool(identity.groups & on.groups) or _is_own(identity, verb, on)
        case Reach.CITY | Reach.ALWAYS:
            return True


def _is_own(identity: Identity, verb: str, on: Scope) -> bool:
    if verb == SIGN_IN and identity.agent:
        return on.agent == identity.agent
    return bool(on.seat) and on.seat == identity.seat


def scope_problem(role: Role, seat: str, groups: Iterable[str], agent: str) -> str:
    """Say what is wrong with a token that is to be made, "" if nothing."""
    if seat and agent:
        return "a token is for a seat or for an agent, not for both"
    match role:
        case Role.SEAT if not (seat or agent):
            return "a token of the role seat needs the seat or the agent that it is for"
        case Role.SEAT if any(groups):
            return "a token of the role seat is for its seat alone: leave the groups out"
        case Role.TEAM_LEAD if not any(groups):
            return "a team lead's token needs the groups that it is for"
        case Role.ADMIN | Role.READER if seat or agent:
            return f"a token of the role {role} acts at no seat: leave seat and agent out"
        case Role.ADMIN if any(groups):
            return "an admin's token is for the whole city: leave the groups out"
    return ""
