"""From a folder of YAML to the plan and the settings, or to every problem at once."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from routing.plan import Plan
from switchd.config.build import build_plan
from switchd.config.draft import Draft, read_sections
from switchd.config.folder import Sources, read_folder
from switchd.config.meaning import Known, check_meaning
from switchd.config.models import NAME
from switchd.config.problems import ConfigError, Problem, Severity, in_reading_order
from switchd.config.settings import ServerSettings, build_settings, prompts_folder

_NOTHING_KNOWN = Known()
KnownNames = Known | Callable[[Path | None], Known]
"""The names that the installation has, or a way to find them from the city's prompts folder."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A city, ready to run."""

    plan: Plan
    server: ServerSettings
    warnings: tuple[Problem, ...]
    folder: Path
    files: Mapping[str, str]
    """The text of each *.yaml that the plan was made from, by its name."""


def load(folder: Path, known: KnownNames = _NOTHING_KNOWN, now: float | None = None) -> Loaded:
    """Load a city's folder as of `now` (seconds since the epoch; default: the clock).

    Raises ConfigError with every problem, warnings included, if there is an error.
    """
    draft, sources = _examine(folder, known, now)
    problems = in_reading_order(draft.problems)
    if draft.city is None or any(one.severity is Severity.ERROR for one in problems):
        raise ConfigError(problems)
    name = draft.city.name or _name_of(folder)
    plan = build_plan(draft, draft.city, name, sources.version)
    server = build_settings(draft, name, folder)
    return Loaded(plan, server, tuple(problems), folder, sources.files)


def check(
    folder: Path, known: KnownNames = _NOTHING_KNOWN, now: float | None = None
) -> list[Problem]:
    """Give every problem of a city's folder, errors and warnings, in reading order."""
    draft, _ = _examine(folder, known, now)
    return in_reading_order(draft.problems)


def readable_settings(folder: Path) -> ServerSettings:
    """Give the machine's settings as far as they can be read, whatever else is wrong there.

    A section that cannot be read counts as left out.
    """
    draft = read_sections(read_folder(folder).root)
    name = (draft.city.name if draft.city else "") or _name_of(folder)
    return build_settings(draft, name, folder)


def _examine(folder: Path, known: KnownNames, now: float | None) -> tuple[Draft, Sources]:
    """Read and check; sections are compared only if every file could be read."""
    sources = read_folder(folder)
    if sources.broken:
        return Draft(sources.root, problems=sources.problems), sources
    draft = read_sections(sources.root)
    if not isinstance(known, Known):
        known = known(prompts_folder(draft, folder))
    check_meaning(draft, known, time.time() if now is None else now)
    _check_name(draft, folder)
    spoiled = {(one.file, one.line, one.key) for one in sources.problems}
    fresh = (one for one in draft.problems if (one.file, one.line, one.key) not in spoiled)
    draft.problems = [*sources.problems, *fresh]
    return draft, sources


def _check_name(draft: Draft, folder: Path) -> None:
    """The folder's name serves as the city's, unless it has one of its own."""
    name = _name_of(folder)
    if draft.city and not draft.city.name and not re.fullmatch(NAME, name):
        what = f"the folder's name '{name}' cannot serve as the city's short name"
        draft.error(("city",), what, "Write `name:` with small letters, digits and hyphens")


def _name_of(folder: Path) -> str:
    return folder.resolve().name
