"""Follow-up calls (回访): what a city's plan says about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from routing.calling import CallingRules
from routing.lines import HIGHEST_PRIORITY


@dataclass(frozen=True, slots=True)
class FollowUpRules(CallingRules):
    """How people are asked what became of their matters."""

    group: str = ""
    """The skill group whose seats ask, unless the follow-up names another."""
    priority: int = -HIGHEST_PRIORITY
    """Points in the list of the group; by default every caller goes before."""
    at_once: int = 2
    """How many may be in the list or be tried at one time, so that seats stay free for callers."""
    results: Mapping[str, str] = field(default_factory=dict)
    """Code that a seat puts in → what it means."""
    survey: bool = True
    """Whether the person is asked for satisfaction when the seat has hung up."""
