"""From a folder of YAML to the plan and the settings, or to every problem at once."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from pathlib import Path

from routing.plan import Plan
from switchd.config.build import build_plan
from switchd.config.draft import Draft, read_sections
from switchd.config.folder import read_folder
from switchd.config.meaning import Known, check_meaning
from switchd.config.models import NAME
from switchd.config.problems import ConfigError, Problem, Severity, in_reading_order
from switchd.config.settings import ServerSettings, build_settings

_NOTHING_KNOWN = Known()


@dataclass(frozen=True, slots=True)
class Loaded:
    """A city, ready to run."""

    plan: Plan
    server: ServerSettings
    warnings: tuple[Problem, ...]


def load(folder: Path, known: Known = _NOTHING_KNOWN, now: float | None = None) -> Loaded:
    """Load a city's folder as of `now` (seconds since the epoch; default: the clock).

    Raises ConfigError with every problem, warnings included, if there is an error.
    """
    draft, version = _examine(folder, known, now)
    problems = in_reading_order(draft.problems)
    if draft.city is None or any(one.severity is Severity.ERROR for one in problems):
        raise ConfigError(problems)
    name = draft.city.name or _name_of(folder)
    plan = build_plan(draft, draft.city, name, version)
    server = build_settings(draft, name, folder)
    return Loaded(plan, server, tuple(problems))


def check(folder: Path, known: Known = _NOTHING_KNOWN, now: float | None = None) -> list[Problem]:
    """Give every problem of a city's folder, errors and warnings, in reading order."""
    draft, _ = _examine(folder, known, now)
    return in_reading_order(draft.problems)


def _examine(folder: Path, known: Known, now: float | None) -> tuple[Draft, str]:
    """Read and check; sections are compared only if every file could be read."""
    sources = read_folder(folder)
    if sources.broken:
        return Draft(sources.root, problems=sources.problems), sources.version
    draft = read_sections(sources.root)
    check_meaning(draft, known, time.time() if now is None else now)
    _check_name(draft, folder)
    spoiled = {(one.file, one.line, one.key) for one in sources.problems}
    fresh = (one for one in draft.problems if (one.file, one.line, one.key) not in spoiled)
    draft.problems = [*sources.problems, *fresh]
    return draft, sources.version


def _check_name(draft: Draft, folder: Path) -> None:
    """The folder's name serves as the city's, unless it has one of its own."""
    name = _name_of(folder)
    if draft.city and not draft.city.name and not re.fullmatch(NAME, name):
        what = f"the folder's name '{name}' cannot serve as the city's short name"
        draft.error(("city",), what, "Write `name:` with small letters, digits and hyphens")


def _name_of(folder: Path) -> str:
    return folder.resolve().name
