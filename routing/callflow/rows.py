"""One transition, as the table has it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from routing.callflow import events as on
from routing.callflow import handlers as h
from routing.callflow.states import State


@dataclass(frozen=True, slots=True)
class Row:
    """One transition."""

    state: State
    event: type[on.Event]
    leads_to: tuple[State, ...]
    """Every state that the handler may choose; the first is the usual one."""
    handler: Callable[..., h.Result]
    notices: str
    """What the caller or the seat notices."""


def rows(*each: tuple[State, type[on.Event], tuple[State, ...], Any, str]) -> tuple[Row, ...]:
    """Write transitions down one a line: state, event, leads to, handler, what is noticed."""
    return tuple(Row(*row) for row in each)
