"""A changed city folder becomes the plan in force, while calls go on."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

import structlog
from gevent import subprocess
from gevent.lock import RLock

from routing.plan import Plan
from switchd.api.ports import PlanRefused, Unavailable
from switchd.city import Reading
from switchd.config import (
    Loaded,
    Problem,
    Severity,
    UnknownNode,
    choose_node,
    render_problem,
)
from switchd.config.changes import needs
from switchd.queues.facts import QueueUnavailable
from switchd.records.errors import RecordsError
from switchd.records.plans import NewPlan
from switchd.threads import in_thread

log = structlog.get_logger(__name__)

READ_SECONDS = 60.0
"""How long reading a folder may take; 2,000 lines take about a second."""
LOGGED_DIFFERENCES = 5
"""How many differences a reload writes into the log; all are in the answer and in SQL."""


class ReaderFailed(Exception):
    """The folder could not be read for a reason that is not in it; the text says which."""


class Versions(Protocol):
    """Where plans are written down; `switchd.records.plans.PlanVersions` is one."""

    def add(self, plan: NewPlan, /) -> int:
        """Write a plan down and return its number. Raises `RecordsError`."""


class Reloader:
    """Holds what is loaded and puts something new in its place, one reload at a time."""

    def __init__(
        self,
        loaded: Loaded,
        *,
        use: Callable[[Loaded], None],
        versions: Versions,
        now: Callable[[], float],
    ) -> None:
        """`use` puts a plan into force; it raises `QueueUnavailable` and then changes nothing."""
        self._started = self._loaded = loaded
        self._use = use
        self._versions = versions
        self._now = now
        self._one_at_a_time = RLock()

    def write_down_start(self) -> None:
        """Keep the plan that switchd starts with, unless it is the latest one known already."""
        self._write_down(self._loaded, "switchd", "start", ())

    def reload(self, who: str, why: str) -> Mapping[str, Any]:
        """Read the folder again and put its plan into force; what came of it, as plain data.

        Raises `PlanRefused` if the folder has errors and `Unavailable` if Redis cannot be asked;
        then the plan in force stays.
        """
        with self._one_at_a_time:
            try:
                answer = self._reload(who, why)
            except PlanRefused as error:
                problems = [problem["text"] for problem in error.problems]
                log.error("plan refused", who=who, why=str(error), problems=problems)
                raise
            log.info(
                "plan reloaded",
                who=who,
                reason=why,
                plan=answer["plan"],
                number=answer["number"],
                differences=answer["differences"][:LOGGED_DIFFERENCES],
                more_differences=len(answer["differences"][LOGGED_DIFFERENCES:]),
                needs=answer["needs"],
            )
            return answer

    def _reload(self, who: str, why: str) -> Mapping[str, Any]:
        before = self._loaded
        after, reading = self._read(before)
        changed = after.plan.version != before.plan.version
        try:
            self._use(after)
        except QueueUnavailable as error:
            raise Unavailable(f"{error}; the plan in force stays") from error
        self._loaded = after
        number: int | None = None
        trouble = ""
        if changed:
            number, trouble = self._write_down(after, who, why, reading.differences)
        return {
            "changed": changed,
            "plan": after.plan.version,
            "before": before.plan.version,
            "number": number,
            "differences": list(reading.differences),
            "needs": list(needs(self._started, before, after)),
            "warnings": [_plain(problem) for problem in reading.problems],
            "trouble": trouble,
        }

    def _read(self, before: Loaded) -> tuple[Loaded, Reading]:
        folder = before.folder
        try:
            reading = read_apart(folder, before.plan, self._now())
        except ReaderFailed as error:
            problem = Problem(str(folder), 0, "", str(error), "Try again, and look into the log")
            raise _refused([problem]) from error
        after = reading.loaded
        if after is None:
            raise _refused(reading.problems)
        if after.plan.city != before.plan.city:
            what = f"the city's short name was {before.plan.city} and is now {after.plan.city}"
            instead = "Write the name as it was, or restart switchd"
            raise _refused([Problem(str(folder), 0, "city.name", what, instead)])
        try:
            return choose_node(after, before.server.node), reading
        except UnknownNode as error:
            instead = "Write the node as it was, or restart switchd"
            raise _refused([Problem(str(folder), 0, "nodes", str(error), instead)]) from error

    def _write_down(
        self, loaded: Loaded, who: str, why: str, differences: Sequence[str]
    ) -> tuple[int | None, str]:
        """Write a version down; give its number, or say why there is none."""
        plan = NewPlan(
            city=loaded.plan.city,
            digest=loaded.plan.version,
            applied_at=self._now(),
            who=who,
            why=why,
            files=loaded.files,
            summary=tuple(differences),
        )
        try:
            return in_thread(lambda: self._versions.add(plan)), ""
        except RecordsError as error:
            log.error("plan not written down", plan=plan.digest, why=str(error))
            return None, f"the plan is in force, but could not be written down: {error}"


def read_apart(folder: Path, in_force: Plan, now: float) -> Reading:
    """Do `city.read_again` in a process of its own: other greenlets go on meanwhile.

    Raises `ReaderFailed`.
    """
    command = [sys.executable, "-m", "switchd.reader"]
    # In a thread, pickle lets go of the interpreter between the parts of a large plan.
    question: bytes = in_thread(lambda: pickle.dumps((folder.absolute(), in_force, now)))
    try:
        done = subprocess.run(
            command, input=question, capture_output=True, timeout=READ_SECONDS, check=True
        )
    except subprocess.TimeoutExpired as error:
        raise ReaderFailed(f"it was not read within {READ_SECONDS:g} s") from error
    except subprocess.CalledProcessError as error:
        last = error.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise ReaderFailed(f"the process that reads it failed: {''.join(last)}") from error
    except OSError as error:
        raise ReaderFailed(f"no process to read it: {error.strerror or error}") from error
    answer: Reading = in_thread(lambda: pickle.loads(done.stdout))  # noqa: S301 - our own process
    return answer


def _refused(problems: Sequence[Problem]) -> PlanRefused:
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    return PlanRefused(
        f"{errors} errors; the plan in force stays", [_plain(problem) for problem in problems]
    )


def _plain(problem: Problem) -> dict[str, Any]:
    return {**asdict(problem), "text": render_problem(problem)}
