"""What a seat hears of its caller before the two talk, and what the caller hears of the seat.

Both are put together from prompts and stand in for nothing: who hears neither talks all the same.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from routing.saying import LARGEST, number_pieces, spoken_digits

LINE_NAME = "line_name"
"""In a whisper: the line that was dialled."""
WAIT = "wait"
"""In a whisper: how long the caller has waited."""
_MINUTE = 60.0
_HOUR = 3600.0


class HeardBy(StrEnum):
    """Who hears the staff number (工号播报)."""

    NOBODY = "nobody"
    CALLER = "caller"
    """As callers of 12345 know it; the seat waits meanwhile."""
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Introduction:
    """How a city lets the two sides know of each other."""

    whisper: tuple[str, ...] = ()
    """Names of prompts for the seat; `LINE_NAME` and `WAIT` are put together for each call."""
    staff_number: HeardBy = HeardBy.NOBODY
    longest_seconds: float = 10.0
    """How long each of the two may take at most; then the talk begins without its rest."""
    history_days: int = 30
    """How far back a seat's screen shows calls of the number."""


def whisper(
    parts: Sequence[str], line: str, line_prompt: str, waited_seconds: float, language: str
) -> tuple[str, ...]:
    """Say to a seat what comes, as names of prompts.

    `line` is the number that was dialled, `line_prompt` the recording of its name, "" if it has
    none; the number is spoken then.
    """
    said: list[str] = []
    for part in parts:
        if part == LINE_NAME:
            said += [line_prompt] if line_prompt else _line(line, language)
        elif part == WAIT:
            said += _wait(max(0.0, waited_seconds), language)
        else:
            said.append(part)
    return tuple(said)


def _line(line: str, language: str) -> tuple[str, ...]:
    digits = spoken_digits(line, language)
    return ("whisper_line", *digits) if digits else ()


def _wait(seconds: float, language: str) -> tuple[str, ...]:
    if seconds <= _MINUTE:
        return ("whisper_wait_short",)
    if seconds > _HOUR:
        return ("whisper_wait_long",)
    minutes = math.ceil(seconds / _MINUTE)
    return ("whisper_wait", *number_pieces(minutes, _known(language)), "minutes")


def staff_number(agent: str, own_prompt: str, language: str) -> tuple[str, ...]:
    """Say who serves the caller: 工号八零零幺为您服务, or the agent's own recording if it has one.

    Letters of a staff number are not spoken; one without any digit is not announced.
    """
    if own_prompt:
        return (own_prompt,)
    digits = spoken_digits(agent, language)
    return ("staff_number_before", *digits, "staff_number_after") if digits else ()


def _known(language: str) -> str:
    return language if language in LARGEST else "zh"
