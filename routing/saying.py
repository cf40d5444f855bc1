"""What is said of numbers and waits, as the names of prompts to play one after the other.

Numbers are said as counts, before a measure word: 两位, 两分钟, not 二位.
"""

from __future__ import annotations

import math

LARGEST = {"zh": 99_999_999, "en": 999_999}
"""The largest number that each language's pieces can say."""

_DIGITS = "0123456789"
_LIANG = "num_liang"
_SHORTEST_WAIT_IN_MINUTES = 60.0
"""Seconds; a wait up to here is one minute or less and has a sentence of its own."""
_LONGEST_WAIT_IN_MINUTES = 3600.0
"""Seconds; nobody counts minutes beyond."""


def number_pieces(number: int, language: str) -> tuple[str, ...]:
    """Say a count in Chinese (`zh`) or English (`en`): 202 is 两 百 零 二, or two hundred two.

    Raises ValueError for a negative number, one above `LARGEST`, or another language.
    """
    if language not in LARGEST:
        raise ValueError(f"numbers can be said in {', '.join(LARGEST)}, not in {language!r}")
    if not 0 <= number <= LARGEST[language]:
        raise ValueError(f"{number} cannot be said; 0 to {LARGEST[language]} can")
    return _chinese(number) if language == "zh" else _english(number)


def spoken_digits(number: str, language: str) -> tuple[str, ...]:
    """Say a telephone number digit by digit; in Chinese 1 is yāo. What is no digit is left out."""
    one = "num_yao" if language == "zh" else "num_1"
    return tuple(one if digit == "1" else f"num_{digit}" for digit in number if digit in _DIGITS)


def position_announcement(
    position: int, wait_seconds: float | None, language: str
) -> tuple[str, ...]:
    """Tell a waiting caller the place in the queue and, if known, the estimated wait.

    `position` counts from 1, who is next. Chinese says how many callers are ahead, English which
    place the caller has. `wait_seconds` is rounded up to whole minutes, so that what is promised
    is rather too long than too short, and beyond an hour not counted; None says nothing about it.
    Raises ValueError for a position below 1 and for a wait that is negative or not finite.
    """
    if position < 1:
        raise ValueError(f"position {position}: places count from 1")
    if position == 1:
        place: tuple[str, ...] = ("you_are_next",)
    else:
        said = position - 1 if language == "zh" else position
        place = ("position_before", *number_pieces(said, language), "position_after")
    if wait_seconds is None:
        return place
    return place + _wait(wait_seconds, language)


def _wait(wait_seconds: float, language: str) -> tuple[str, ...]:
    if not math.isfinite(wait_seconds) or wait_seconds < 0:
        raise ValueError(f"a wait of {wait_seconds} seconds cannot be said; give None if unknown")
    if wait_seconds <= _SHORTEST_WAIT_IN_MINUTES:
        return ("less_than_a_minute",)
    if wait_seconds > _LONGEST_WAIT_IN_MINUTES:
        return ("wait_over_an_hour",)
    minutes = math.ceil(wait_seconds / 60)
    return ("wait_about", *number_pieces(minutes, language), "minutes")


def _chinese(number: int) -> tuple[str, ...]:
    if number == 2:
        return (_LIANG,)
    if number < 10_000:
        return _chinese_below_10000(number)
    high, low = divmod(number, 10_000)
    pieces = (*_chinese(high), "num_10000")
    if not low:
        return pieces
    # a skipped place is said as one 零, however many are skipped: 一万零一十
    gap = ("num_0",) if low < 1000 else ()
    # inside a number ten keeps its one: 一万零一十, but 十 alone
    return pieces + gap + _chinese_below_10000(low, inside=True)


def _chinese_below_10000(number: int, *, inside: bool = False) -> tuple[str, ...]:
    if number < 10:
        return (f"num_{number}",)
    if number < 20 and not inside:
        return ("num_10", *_chinese_below_10000(number - 10)) if number > 10 else ("num_10",)
    unit = 1000 if number >= 1000 else 100 if number >= 100 else 10
    digit, rest = divmod(number, unit)
    # 两 before 百 and 千, 二 before 十
    pieces = (_LIANG if digit == 2 and unit > 10 else f"num_{digit}", f"num_{unit}")
    if not rest:
        return pieces
    gap = ("num_0",) if rest < unit // 10 else ()
    return pieces + gap + _chinese_below_10000(rest, inside=True)


def _english(number: int) -> tuple[str, ...]:
    for unit in (1000, 100):
        if number >= unit:
            many, rest = divmod(number, unit)
            return (*_english(many), f"num_{unit}", *(_english(rest) if rest else ()))
    if number <= 20:
        return (f"num_{number}",)
    tens, ones = divmod(number, 10)
    return (f"num_{tens * 10}", *((f"num_{ones}",) if ones else ()))
