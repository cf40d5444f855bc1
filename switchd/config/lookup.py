"""What the lines of a draft mean by the names in them, with the defaults applied."""

from __future__ import annotations

import re

from routing.called import placed
from routing.lines import LineKind, Otherwise
from routing.numbers import normalise
from routing.pools import everybody
from routing.skills import Need, Skill
from switchd.config.draft import Draft
from switchd.config.lines import Line
from switchd.config.models import AREA_CODE, Group, Overflow, Seat, Trunk
from switchd.config.overflow import in_order

OVERFLOW_OF_REMOTE_SECONDS = 20.0
"""How long a county's callers wait for the county's seats alone."""
_INTO_WITHOUT_GROUP = frozenset(
    {LineKind.RETIRED, LineKind.SUB_CENTRE, LineKind.EXPERT, LineKind.DEFERRED}
)
"""Kinds whose callers are the seats' of another line, unless a group is written."""
SERVING = frozenset({LineKind.HOTLINE, LineKind.PARALLEL})
"""Kinds that serve their callers themselves and may take over those of others."""
_NO_AREA_CODE = "0000"
"""Begins no number of a line; used while the city's own cannot be read."""


def read_need(name: str, group: Group) -> Need:
    """Read what a group needs. Raises NeedError."""
    return Skill(name) if group.needs is None else Need.parse(group.needs)


class Lookup:
    """Answers about a draft's lines and groups; made once, each answer at the same cost."""

    def __init__(self, draft: Draft) -> None:
        self._lines = draft.lines
        written = draft.text(("city", "area_code")) or ""
        self.area_code = written if re.fullmatch(AREA_CODE, written) else _NO_AREA_CODE
        self.hotlines = [key for key, line in draft.lines.items() if line.kind is LineKind.HOTLINE]
        """Keys of the lines that are 12345 itself."""
        self.groups = draft.written("groups")
        trunks = list(draft.trunks)
        self.only_trunk = trunks[0] if len(trunks) == 1 else None
        self._emergency = draft.emergency
        seats = {seat.groups for seat in draft.seats.values()}
        self._staff = list(everybody(seats, [agent.skills for agent in draft.agents.values()]))
        self.seated = {
            name for name in self.groups if self._is_seated(draft.groups.get(name), name)
        }
        """Groups that somebody can serve, and those whose needs are checked by themselves."""
        self.by_number = {
            self.normal(number): key
            for key, line in draft.lines.items()
            for number in (key, *line.numbers)
        }
        """Every number that leads to a line → the line's key."""
        self._keys = {self.normal(key): key for key in reversed(draft.written("lines"))}

    def can_serve(self, need: Need) -> bool:
        """Tell whether some seat, perhaps with some agent, has what is needed."""
        return any(need.met_by(skills) is not None for skills in self._staff)

    def _is_seated(self, group: Group | None, name: str) -> bool:
        return group is None or group.needs is not None or self.can_serve(Skill(name))

    def normal(self, number: str) -> str:
        """Give the normal form of a number in any written form."""
        return normalise(number, self.area_code)

    def normal_on(self, trunk: Trunk, number: str) -> str:
        """Give the normal form of a trunk's own number."""
        return placed(number, trunk.area_code, self.area_code)

    def line_called(self, number: str) -> str | None:
        """Give the key of the line that somebody means by `number`, or None."""
        return self._keys.get(self.normal(number))

    def line_taking_over(self, line: Line) -> str | None:
        """Give the key of the line that serves another line's callers, None if unclear."""
        if line.into is not None:
            return self.line_called(line.into)
        return self.hotlines[0] if len(self.hotlines) == 1 else None

    def group_of(self, line: Line) -> str | None:
        """Give the name of the line's skill group, None if unclear."""
        if line.group is not None:
            return line.group
        if line.kind in _INTO_WITHOUT_GROUP:
            heir = self._heir(line)
            if heir is not None:
                return self.group_of(heir)
        return self.groups[0] if len(self.groups) == 1 else None

    def overflow_of(self, line: Line) -> list[Overflow]:
        """Give the line's overflow with the default of its kind, the earliest step first."""
        steps = list(line.overflow)
        heir = self._heir(line)
        if not steps and heir is not None:
            group = self.group_of(heir)
            if line.kind is LineKind.REMOTE and group not in (None, self.group_of(line)):
                steps = [Overflow(group=group, after_seconds=OVERFLOW_OF_REMOTE_SECONDS)]
            elif line.kind in _INTO_WITHOUT_GROUP and line.group is None:
                steps = list(heir.overflow)
        return in_order(steps)

    def announcement_of(self, line: Line) -> str:
        """Give the prompt of the change announcement."""
        return line.announcement or ("change_announcement" if line.connects else "change_redirect")

    def passes_on(self, line: Line) -> bool:
        """Tell whether the line's callers go to a number outside."""
        return line.kind is LineKind.SUB_CENTRE or line.then == "pass_on"

    def trunk_to(self, line: Line) -> str | None:
        """Give the trunk by which the line's own people are reached; None: not by this system."""
        if self.passes_on(line) or line.to is not None:
            return line.trunk or self.only_trunk
        return line.trunk

    def closes(self, line: Line) -> bool:
        """Tell whether callers are turned away while the line's calendar is closed.

        The hours of an expert and of a number that is told are the other side's; those of a
        sub-centre whose callers can wait here are, too.
        """
        if line.kind is LineKind.EXPERT or line.then == "tell":
            return False
        return not self.passes_on(line) or line.otherwise is Otherwise.ANNOUNCE

    def trunk_of_phone(self, seat: Seat) -> str | None:
        """Give the trunk by which a seat's telephone number is dialled, None if it has none."""
        return (seat.trunk or self.only_trunk) if seat.phone is not None else None

    def emergency_trunk(self, number: str) -> str | None:
        """Give the trunk for calls to an emergency number, None if they go nowhere."""
        target, every = self._emergency.get(number), self._emergency.get("trunk")
        if target is not None and target.trunk is not None:
            return target.trunk
        return every.trunk if every is not None else None

    def _heir(self, line: Line) -> Line | None:
        """Give the line that takes callers over, if it is one that serves them itself."""
        heir = self._lines.get(self.line_taking_over(line) or "")
        return heir if heir is not None and heir.kind in SERVING else None
