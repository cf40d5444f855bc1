"""Every plan that was in force, numbered from 1: who applied it, when, why, and all its text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, insert, select

from switchd.records.database import Database
from switchd.records.tables import PlanVersionRow

_PLANS = PlanVersionRow.__table__


@dataclass(frozen=True, slots=True)
class NewPlan:
    """A plan that has just come into force."""

    city: str
    digest: str
    """The plan's version: 12 hexadecimal digits."""
    applied_at: float
    """Seconds since the epoch."""
    who: str
    why: str
    """start, reload, SIGHUP, rollback to 3."""
    files: Mapping[str, str]
    """The text of each YAML file by its name."""
    summary: tuple[str, ...]
    """What callers and seats notice, one sentence each."""


@dataclass(frozen=True, slots=True)
class PlanVersion(NewPlan):
    """A plan as it was written down."""

    number: int


class PlanVersions(Database):
    """The plans in the database at `url`. What `Database` says of threads and errors holds here."""

    def add(self, plan: NewPlan) -> int:
        """Write a plan down and return its number.

        The latest version is not written twice: its number is returned.
        """
        of_city = _PLANS.c.city == plan.city
        with self._connect(writes=True) as connection:
            latest = connection.execute(
                select(_PLANS.c.number, _PLANS.c.digest)
                .where(of_city)
                .order_by(_PLANS.c.number.desc())
                .limit(1)
            ).one_or_none()
            if latest is not None and latest.digest == plan.digest:
                return int(latest.number)
            number = 1 if latest is None else int(latest.number) + 1
            row = {
                "city": plan.city,
                "number": number,
                "digest": plan.digest,
                "applied_at": plan.applied_at,
                "who": plan.who,
                "why": plan.why,
                "files": dict(plan.files),
                "summary": "\n".join(plan.summary),
            }
            connection.execute(insert(PlanVersionRow), row)
        return number

    def log(self, city: str, limit: int) -> list[PlanVersion]:
        """The last plans of a city, at most `limit`, the latest first."""
        return self._read(city, limit=limit)

    def get(self, city: str, number: int) -> PlanVersion | None:
        """One plan of a city, or None if there is no such number."""
        return next(iter(self._read(city, number=number)), None)

    def count(self, city: str) -> int:
        """How many plans of a city were written down, which is the latest one's number."""
        with self._connect() as connection:
            last = select(func.max(_PLANS.c.number)).where(_PLANS.c.city == city)
            return int(connection.scalar(last) or 0)

    def _read(
        self, city: str, *, number: int | None = None, limit: int | None = None
    ) -> list[PlanVersion]:
        query = select(_PLANS).where(_PLANS.c.city == city).order_by(_PLANS.c.number.desc())
        if number is not None:
            query = query.where(_PLANS.c.number == number)
        with self._connect() as connection:
            rows = connection.execute(query.limit(limit)).mappings().all()
        return [
            PlanVersion(**{**row, "summary": tuple(filter(None, row["summary"].split("\n")))})
            for row in rows
        ]
