"""Why a call went where it went: the steps of the decision trace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule that applied, for the decision trace."""

    what: str
    """Stable name of the rule: entry.number, entry.line, entry.phase, entry.into, …"""
    facts: Mapping[str, str]
