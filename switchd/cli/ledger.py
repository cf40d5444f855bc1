"""What the commands for agents and tokens share: they work on SQL itself, with or without a daemon,
and each change is written into the audit."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from switchd.cli.common import Exit, fail, user
from switchd.config import ServerSettings
from switchd.records.audit import Audit, OperatorAction
from switchd.records.errors import RecordsError
from switchd.records.schema import migrate


@contextmanager
def records(settings: ServerSettings) -> Iterator[None]:
    """Bring the database up to date for what follows; say so and exit if SQL does not do it."""
    try:
        if settings.sql.startswith("sqlite"):
            settings.folders.state.mkdir(parents=True, exist_ok=True)
        migrate(settings.sql)
        yield
    except (RecordsError, OSError) as error:
        fail(str(error), Exit.UNAVAILABLE)


def write_down(
    settings: ServerSettings, verb: str, target: str, facts: Mapping[str, Any], by: str, why: str
) -> None:
    """Put what was done into the audit. Raises `RecordsError`."""
    audit = Audit(settings.sql)
    try:
        who = by or user()
        audit.add(OperatorAction(settings.city, time.time(), who, verb, target, facts, why))
    finally:
        audit.close()
