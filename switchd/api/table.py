"""Every route: the one table from which router, rights, OpenAPI document and docs are made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from switchd.api.route import Route
from switchd.api.routes import (
    callbacks,
    callers,
    control,
    events,
    follow_ups,
    health,
    hotline,
    seats,
    supervise,
    waiting,
)

ROUTES: Final[tuple[Route[Any], ...]] = (
    *health.ROUTES,
    *hotline.ROUTES,
    *events.ROUTES,
    *seats.ROUTES,
    *control.ROUTES,
    *waiting.ROUTES,
    *supervise.ROUTES,
    *callers.ROUTES,
    *callbacks.ROUTES,
    *follow_ups.ROUTES,
)


def by_path(routes: Sequence[Route[Any]]) -> Mapping[str, Sequence[Route[Any]]]:
    """Give the routes of each path."""
    ordered = sorted(routes, key=lambda route: route.path)
    return {path: tuple(some) for path, some in groupby(ordered, lambda route: route.path)}


def near(path: str) -> str:
    """Say what else could have been meant where only the last word of a path is unknown."""
    start = path.rstrip("/").split("/")[:-1]
    others = [route.path.split("/")[-1] for route in ROUTES if _begins(route.path, start)]
    words = [word for word in others if "{" not in word]
    return f": use one of {', '.join(words)}" if words and len(start) > 2 else ""


def _begins(route: str, start: Sequence[str]) -> bool:
    parts = route.split("/")[:-1]
    return len(parts) == len(start) and all(
        "{" in part or part == word for part, word in zip(parts, start, strict=True)
    )
