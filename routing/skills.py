"""What callers need and what agents can do: skills with levels, and who may serve whom.

A need is an expression over skills, such as `intake & (english>=2 | enterprise)`: `&` binds
tighter than `|`, a skill alone means any level. Levels go from 1 to 9.

A **pool** is what the live queue knows of a need: the pool `english` is the group english, and
`english@1` the same group with every level lowered to 1, for callers who have waited long.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

LEVELS: Final = range(1, 10)
SEAT_LEVEL: Final = 5
"""The level of the skills that a seat gives to whoever sits there."""
LEVEL_MARK: Final = "@"
"""Between a group and a lowered level in the name of a pool."""
LONGEST_NEED: Final = 400
"""Characters."""
_TOKEN = re.compile(r"\s*(?:(>=)\s*([0-9]+)|([A-Za-z0-9_][A-Za-z0-9_.-]*)|([&|()]))")

Skills = Mapping[str, int]
"""Skill → level."""


class NeedError(ValueError):
    """A text is no need; the message says what is wrong there."""


class Need(ABC):
    """What a caller needs. Equal needs are equal objects; `str` gives the shortest spelling."""

    @staticmethod
    def parse(text: str) -> Need:
        """Read an expression. Raises `NeedError`."""
        return _Reader(text).need()

    @abstractmethod
    def met_by(self, skills: Skills) -> int | None:
        """The level at which these skills meet it: the lowest of those that are used, where there
        is a choice the best. None if they do not."""

    @abstractmethod
    def lowered(self, to: int) -> Need:
        """The same with every level above `to` lowered to it."""

    @abstractmethod
    def atoms(self) -> Iterator[Skill]:
        """Every skill in it, in the order of the text."""


@dataclass(frozen=True, slots=True)
class Skill(Need):
    """One skill, at some level at least."""

    name: str
    level: int = 1

    def met_by(self, skills: Skills) -> int | None:
        level = skills.get(self.name, 0)
        return level if level >= self.level else None

    def lowered(self, to: int) -> Need:
        return Skill(self.name, min(self.level, to))

    def atoms(self) -> Iterator[Skill]:
        yield self

    def __str__(self) -> str:
        return self.name if self.level == 1 else f"{self.name}>={self.level}"


@dataclass(frozen=True, slots=True)
class All(Need):
    """Everything of these."""

    parts: tuple[Need, ...]

    def met_by(self, skills: Skills) -> int | None:
        levels = [part.met_by(skills) for part in self.parts]
        met = [level for level in levels if level is not None]
        return min(met) if len(met) == len(levels) else None

    def lowered(self, to: int) -> Need:
        return All(tuple(part.lowered(to) for part in self.parts))

    def atoms(self) -> Iterator[Skill]:
        for part in self.parts:
            yield from part.atoms()

    def __str__(self) -> str:
        return " & ".join(
            f"({part})" if isinstance(part, Some) else str(part) for part in self.parts
        )


@dataclass(frozen=True, slots=True)
class Some(Need):
    """At least one of these."""

    parts: tuple[Need, ...]

    def met_by(self, skills: Skills) -> int | None:
        met = [level for part in self.parts if (level := part.met_by(skills)) is not None]
        return max(met, default=None)

    def lowered(self, to: int) -> Need:
        return Some(tuple(part.lowered(to) for part in self.parts))

    def atoms(self) -> Iterator[Skill]:
        for part in self.parts:
            yield from part.atoms()

    def __str__(self) -> str:
        return " | ".join(map(str, self.parts))


class _Reader:
    """Reads one expression from left to right; every parenthesis is one level of recursion."""

    def __init__(self, text: str) -> None:
        if len(text) > LONGEST_NEED:
            raise NeedError(f"the need is longer than {LONGEST_NEED} characters")
        self._tokens = list(_tokens(text))
        self._at = 0

    def need(self) -> Need:
        need = self._some()
        if (rest := self._look()) is not None:
            raise NeedError(f"'{rest}' stands where & or | is expected")
        return need

    def _look(self) -> str | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _skip(self, token: str) -> bool:
        found = self._look() == token
        self._at += found
        return found

    def _some(self) -> Need:
        return self._joined("|", self._all, Some)

    def _all(self) -> Need:
        return self._joined("&", self._one, All)

    def _joined(
        self, sign: str, read: Callable[[], Need], kind: Callable[[tuple[Need, ...]], All | Some]
    ) -> Need:
        parts = [read()]
        while self._skip(sign):
            parts.append(read())
        return _flat(parts, kind)

    def _one(self) -> Need:
        if self._skip("("):
            inner = self._some()
            if not self._skip(")"):
                raise NeedError("a ) is missing")
            return inner
        name = self._look()
        if name is None or name[0] in "&|()>":
            where = "at the end" if name is None else f"before '{name}'"
            raise NeedError(f"a skill is missing {where}")
        self._at += 1
        level = self._look()
        if level is None or not level.startswith(">="):
            return Skill(name)
        self._at += 1
        if int(level[2:]) not in LEVELS:
            raise NeedError(f"{name}{level}: levels go from 1 to 9")
        return Skill(name, int(level[2:]))


def _tokens(text: str) -> Iterator[str]:
    at = 0
    text = text.rstrip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise NeedError(f"'{text[at:].strip()[0]}' has no meaning in a need")
        at_least, level, name, sign = found.groups()
        yield f"{at_least}{level}" if at_least else name or sign
        at = found.end()


def _flat(parts: list[Need], kind: Callable[[tuple[Need, ...]], All | Some]) -> Need:
    """`a & (b & c)` is `a & b & c`, and a single part is itself."""
    if len(parts) == 1:
        return parts[0]
    flat: list[Need] = []
    for part in parts:
        flat += part.parts if isinstance(part, All | Some) and type(part) is kind else [part]
    different = tuple(dict.fromkeys(flat))
    return kind(different) if len(different) > 1 else different[0]


def together(*sources: Skills) -> dict[str, int]:
    """What several sources of skills give: of each skill the higher level, and of one that any
    source takes away (level 0) nothing."""
    found: dict[str, int] = {}
    for source in sources:
        for skill, level in source.items():
            found[skill] = max(level, found.get(skill, 0))
    taken = {skill for source in sources for skill, level in source.items() if not level}
    return {skill: level for skill, level in found.items() if skill not in taken}


def seat_skills(groups: tuple[str, ...]) -> dict[str, int]:
    """What a seat gives to whoever sits there: the groups that the plan writes for it."""
    return dict.fromkeys(groups, SEAT_LEVEL)


def served(pools: Mapping[str, Need], skills: Skills) -> dict[str, int]:
    """The pools that somebody with these skills serves, and the level of each."""
    levels = ((pool, need.met_by(skills)) for pool, need in pools.items())
    return {pool: level for pool, level in levels if level is not None}
