"""What the lines of a draft mean by the names in them, with the defaults applied."""

from __future__ import annotations

import re

from routing.called import placed
from routing.lines import LineKind
from routing.numbers import normalise
from switchd.config.draft import Draft
from switchd.config.models import AREA_CODE, Line, Trunk

_NO_AREA_CODE = "0000"
"""Begins no number of a line; used while the city's own cannot be read."""


class Lookup:
    """Answers about a draft's lines and groups; made once, each answer at the same cost."""

    def __init__(self, draft: Draft) -> None:
        self._lines = draft.lines
        written = draft.text(("city", "area_code")) or ""
        self.area_code = written if re.fullmatch(AREA_CODE, written) else _NO_AREA_CODE
        self.hotlines = [key for key, line in draft.lines.items() if line.kind is LineKind.HOTLINE]
        """Keys of the lines that are 12345 itself."""
        self.groups = draft.written("groups")
        self.seated = {group for seat in draft.seats.values() for group in seat.groups}
        """Groups in which somebody sits."""
        self.by_number = {
            self.normal(number): key
            for key, line in draft.lines.items()
            for number in (key, *line.numbers)
        }
        """Every number that leads to a line → the line's key."""
        self._keys = {self.normal(key): key for key in reversed(draft.written("lines"))}

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
        """Give the key of the line that serves a retired line's callers, None if unclear."""
        if line.into is not None:
            return self.line_called(line.into)
        return self.hotlines[0] if len(self.hotlines) == 1 else None

    def group_of(self, line: Line) -> str | None:
        """Give the name of the line's skill group, None if unclear."""
        if line.group is not None:
            return line.group
        if line.kind is LineKind.RETIRED:
            heir = self._lines.get(self.line_taking_over(line) or "")
            if heir is not None and heir.kind is not LineKind.RETIRED:
                return self.group_of(heir)
        return self.groups[0] if len(self.groups) == 1 else None
