"""Retired is for ever, over restarts as well: a plan is compared with the last one in force.

A reload compares with the plan that it replaces. A daemon that starts, and `switchd check
--against-history`, compare with the last plan that was written down.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import structlog

from routing.plan import Plan
from switchd.city import revived
from switchd.config import ConfigError, Loaded, Problem, load
from switchd.records.plans import PlanVersion

log = structlog.get_logger(__name__)


class Log(Protocol):
    """The plans that were in force; `switchd.records.plans.PlanVersions` is one."""

    def log(self, city: str, limit: int, /) -> Sequence[PlanVersion]:
        """Return the last plans of a city, the latest first. Raises `RecordsError`."""


class RetiredForEver(Exception):
    """The plan would bring a retired number back; `problems` tells which and where."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("the plan brings retired numbers back")
        self.problems = tuple(problems)


def against_history(loaded: Loaded, versions: Log, now: float) -> tuple[Problem, ...]:
    """Tell every retired number that the plan revives, gives away, forgets or retires again.

    `now` is in seconds since the epoch. Nothing to tell if no plan was in force yet. Raises
    `RecordsError`.
    """
    for version in versions.log(loaded.plan.city, 1):
        if version.digest == loaded.plan.version:
            return ()
        try:
            before = _plan(version, now)
        except ConfigError as error:
            # A rule that came later, perhaps: no reason to keep the hotline from starting.
            log.warning(
                "plan not compared with the last one", number=version.number, why=str(error)
            )
            return ()
        return revived(loaded, before, now)
    return ()


def _plan(version: PlanVersion, now: float) -> Plan:
    """Make the plan again from its text; prompts are not looked for. Raises `ConfigError`."""
    with tempfile.TemporaryDirectory(prefix="switchd-") as parent:
        folder = Path(parent) / version.city
        folder.mkdir()
        for name, text in version.files.items():
            (folder / Path(name).name).write_text(text, encoding="utf-8")
        return load(folder, now=now).plan
