"""The sections `control`, `experts` and `dialling` as the plan has them."""

from __future__ import annotations

from collections.abc import Iterator

from routing.control_rules import ControlRules
from routing.dialling import Dialling
from routing.experts import Expert, Member
from routing.keys import STAR, Command, Keys, KeyVerb
from switchd.config import control as written
from switchd.config.draft import Draft
from switchd.config.lookup import Lookup
from switchd.config.source import Path

_VERBS = {
    "hold": KeyVerb.HOLD,
    "consult": KeyVerb.CONSULT,
    "complete": KeyVerb.COMPLETE,
    "cancel": KeyVerb.CANCEL,
    "three_way": KeyVerb.THREE_WAY,
    "leave": KeyVerb.LEAVE,
    "transfer": KeyVerb.TRANSFER,
    "swap": KeyVerb.SWAP,
    "park": KeyVerb.PARK,
    "supervisor": KeyVerb.SUPERVISOR,
    "survey": KeyVerb.SURVEY,
    "mute": KeyVerb.MUTE,
}
"""Key in the YAML → what it asks for."""


def key_codes(keys: written.KeyCodes) -> Iterator[tuple[Path, str, Command]]:
    """Give every code without its `*`, where it stands below `control.keys`, and its meaning."""
    for name, verb in _VERBS.items():
        code: str = getattr(keys, name)
        if code:
            yield (name,), code.removeprefix(STAR), Command(verb)
    defaults = written.KeyCodes().emergency
    for number, code in {**defaults, **keys.emergency}.items():
        command = Command(KeyVerb.EMERGENCY, number)
        yield ("emergency", number), code.removeprefix(STAR), command


def build_control(draft: Draft) -> ControlRules:
    """Build what seats do with a call."""
    control = draft.control
    return ControlRules(
        keys=Keys(
            {code: command for _, code, command in key_codes(control.keys)},
            control.code_seconds,
            control.number_seconds,
        ),
        supervisor_group=control.supervisors.group or "",
        supervisor_seats=control.supervisors.seats,
        supervisor_joins=control.supervisors.joins,
        emergency_trunks=control.emergency_trunks,
        ring_seconds=control.ring_seconds,
        group_seconds=control.group_seconds,
        park_seconds=control.park_seconds,
    )


def build_experts(draft: Draft, lookup: Lookup) -> dict[str, Expert]:
    """Build every expert seat."""
    return {
        name: Expert(
            name=name,
            title=expert.title,
            members=tuple(_member(lookup, member) for member in expert.members),
            ring=expert.ring,
            ring_seconds=expert.ring_seconds,
            open=expert.open,
        )
        for name, expert in draft.experts.items()
    }


def _member(lookup: Lookup, member: written.Member) -> Member:
    by_phone = member.phone is not None
    return Member(
        title=member.title or member.phone or member.seat or "",
        number=lookup.normal(member.phone or ""),
        trunk=(member.trunk or lookup.only_trunk or "") if by_phone else "",
        seat=member.seat or "",
        open=member.open,
        shift=member.shift,
        crew=member.crew,
    )


def trunk_out(draft: Draft) -> str | None:
    """Give the trunk over which seats dial, None if none is written and it is not clear which."""
    can_dial = [name for name, trunk in draft.trunks.items() if trunk.proxy]
    return draft.dialling.trunk or (can_dial[0] if len(can_dial) == 1 else None)


def as_prefix(prefix: str) -> str:
    """Give a prefix as normal forms have it: 00 for the plus sign."""
    return prefix.replace("+", "00", 1)


def build_dialling(draft: Draft, lookup: Lookup) -> Dialling:
    """Build where seats may dial."""
    dialling = draft.dialling
    return Dialling(
        trunk=trunk_out(draft) or "",
        allowed=frozenset(map(as_prefix, dialling.allowed)),
        barred=frozenset(map(as_prefix, dialling.barred)),
        trunks={as_prefix(prefix): trunk for prefix, trunk in dialling.trunks.items()},
        shown_number=lookup.normal(dialling.shown_number or ""),
        shown={
            lookup.line_called(line) or line: lookup.normal(number)
            for line, number in dialling.shown.items()
        },
        short_numbers=dict(dialling.short_numbers),
        ring_seconds=dialling.ring_seconds,
    )
