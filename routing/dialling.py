"""Where seats may dial: which numbers, over which trunk, and what the other side sees.

Of the prefixes that fit a number the longest decides. Emergency numbers are never asked about
here: they always go (`emergency_ways`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from routing.lines import Forward

if TYPE_CHECKING:
    from routing.plan import Plan

INTERNATIONAL = "00"
"""Begins the normal form of every foreign number."""
EMERGENCY_RING_SECONDS = 60.0
"""How long an emergency service's phone rings on a trunk that the plan gives no time for."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """A number that may be dialled."""

    number: str
    trunk: str
    shown: str
    """The number that the other side sees; "" for that of the line."""


@dataclass(frozen=True, slots=True)
class Barred:
    """A number that may not be dialled."""

    number: str
    prefix: str
    """The prefix that bars it; "" if it begins with none that is allowed."""


@dataclass(frozen=True, slots=True)
class Dialling:
    """Which numbers outside seats may dial; prefixes are those of normal forms.

    International numbers are barred unless a prefix that begins with 00 allows them. Unless some
    other prefix is allowed, every number of the country is.
    """

    trunk: str = ""
    """The trunk of numbers that `trunks` says nothing about; "" if there is none."""
    allowed: frozenset[str] = frozenset()
    """Prefixes that are allowed."""
    barred: frozenset[str] = frozenset()
    """Prefixes that are not."""
    trunks: Mapping[str, str] = field(default_factory=dict)
    """Prefix → the trunk over which its numbers are dialled."""
    shown_number: str = ""
    """What the other side sees; "" for the number of the line."""
    shown: Mapping[str, str] = field(default_factory=dict)
    """Name of a line → what the other side sees in its calls instead."""
    short_numbers: Mapping[str, str] = field(default_factory=dict)
    """What seats dial → the target that is meant, such as `expert:medical` or `group:market`."""
    ring_seconds: float = 30.0
    """How long a phone outside rings."""

    def ruling(self, number: str, line: str = "") -> Allowed | Barred:
        """Say whether a seat may dial a normalised `number` in a call of the `line`."""
        allowed = _longest(number, self.allowed)
        barred = _longest(number, {INTERNATIONAL, *self.barred} - self.allowed)
        free = barred is None and all(one.startswith(INTERNATIONAL) for one in self.allowed)
        if not free and len(allowed or "") <= len(barred or ""):
            return Barred(number, barred or "")
        prefix = _longest(number, self.trunks)
        trunk = self.trunk if prefix is None else self.trunks[prefix]
        if not trunk:
            return Barred(number, "")
        return Allowed(number, trunk, self.shown.get(line, self.shown_number))


def emergency_ways(plan: Plan, number: str) -> tuple[Forward, ...]:
    """Give every way to an emergency service, the best first.

    What the plan's `emergency` says comes first, then the trunks that `control` names, then every
    other trunk that can be dialled over: a call for help is not given up before all have failed.
    """
    first = plan.emergency.get(number)
    can_dial = [name for name, trunk in plan.trunks.items() if trunk.proxy]
    trunks = dict.fromkeys((*plan.control.emergency_trunks, *can_dial))
    if first is None:
        return tuple(Forward(number, trunk, EMERGENCY_RING_SECONDS) for trunk in trunks)
    rest = (trunk for trunk in trunks if trunk != first.trunk)
    return (first, *(Forward(number, trunk, first.ring_seconds) for trunk in rest))


def _longest(number: str, prefixes: Iterable[str]) -> str | None:
    return max((one for one in prefixes if number.startswith(one)), key=len, default=None)
