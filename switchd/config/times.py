"""Hours, weekdays and days as admins write them: `mon-fri: 09:00-12:00 14:00-18:00`.

Every function reads one text and raises Mistake with what is wrong and what to write.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import pairwise

from routing.calendars import CLOSED, MINUTES_A_DAY, WEEKDAYS, Hours, Span
from switchd.config.models import Mistake
from switchd.config.problems import choose

MAX_DAYS_IN_RANGE = 366
_LONG = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_CHINESE = tuple(f"周{sign}" for sign in "一二三四五六日")
_WEEKDAY = {name: day for names in (WEEKDAYS, _LONG, _CHINESE) for day, name in enumerate(names)}
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})")
_WRITTEN_FORMS = str.maketrans("：–—～~，", ":----,")
_HOURS_EXAMPLE = "Write hours such as 09:00-12:00 14:00-18:00, or closed"


def read_hours(text: str) -> Hours:
    """Read `closed` or the spans of one day in any order; 22:00-06:00+1 ends on the next day."""
    written = text.translate(_WRITTEN_FORMS).strip()
    if written.lower() == "closed":
        return CLOSED
    spans = sorted(read_span(part) for part in re.split(r"[\s,]+", written) if part)
    if not spans:
        raise Mistake("no hours are written", _HOURS_EXAMPLE)
    for earlier, later in pairwise(spans):
        if later.begins < earlier.ends:
            raise Mistake(f"{later} begins before {earlier} has ended", "Write them as one span")
    return tuple(spans)


def read_span(text: str) -> Span:
    """Read one span, such as 09:00-12:00 or 22:00-06:00+1."""
    first, dash, last = text.translate(_WRITTEN_FORMS).partition("-")
    if not dash:
        raise Mistake(f"'{text}' is no span of time", _HOURS_EXAMPLE)
    overnight = last.endswith("+1") or last.startswith("次日")
    last = last.removesuffix("+1").removeprefix("次日")
    begins, ends = _minute(first), _minute(last)
    if begins == MINUTES_A_DAY:
        raise Mistake(f"{text} begins at 24:00", "Write 00:00 under the next day")
    if overnight:
        ends += MINUTES_A_DAY
        if ends > begins + MINUTES_A_DAY:
            raise Mistake(f"{text} is longer than a day", "Write at most 24 hours")
    elif ends <= begins:
        raise Mistake(
            f"{text} ends before it begins",
            f"Write the earlier time first, or {first}-{last}+1 if it ends on the next day",
        )
    return Span(begins, ends)


def read_weekdays(text: str) -> list[int]:
    """Read `daily`, one weekday, or several: mon-fri, `sat, sun`, 周一至周五; 0 is Monday."""
    if text.strip().lower() == "daily":
        return list(range(7))
    found: list[int] = []
    for part in re.split(r"[\s,]+", text.translate(_WRITTEN_FORMS).replace("至", "-").strip()):
        first, dash, last = part.partition("-")
        begin = read_weekday(first)
        length = (read_weekday(last) - begin) % 7 if dash else 0
        found += [(begin + step) % 7 for step in range(length + 1)]
    return found


def read_weekday(text: str) -> int:
    """Read the name of one weekday: mon, Monday or 周一; 0 is Monday."""
    day = _WEEKDAY.get(text.strip().lower())
    if day is None:
        raise Mistake(f"'{text}' is no weekday", choose(text.lower(), WEEKDAYS))
    return day


def read_days(text: str) -> list[date]:
    """Read one date, or all from one `to` another: 2027-02-05 to 2027-02-11."""
    written, *rest = text.strip().split(" to ")
    first = last = _date(written)
    if rest:
        last = _date(" to ".join(rest))
        if not first <= last <= first + timedelta(days=MAX_DAYS_IN_RANGE - 1):
            raise Mistake(
                f"'{text}' does not go forward, or goes on for more than a year",
                "Write the earlier date first",
            )
    return [first + timedelta(days=step) for step in range((last - first).days + 1)]


def read_work_day(text: str) -> tuple[date, int | None]:
    """Read a make-up work day, perhaps with the weekday it replaces: 2027-02-14 as wed."""
    day, replaces, weekday = text.strip().partition(" as ")
    return _date(day), read_weekday(weekday) if replaces else None


def _minute(text: str) -> int:
    found = _TIME.fullmatch(text.strip())
    hour, minute = map(int, found.groups()) if found else (24, 60)
    if minute > 59 or hour * 60 + minute > MINUTES_A_DAY:
        raise Mistake(f"'{text}' is no time of day", "Write 00:00 to 24:00, such as 09:30")
    return hour * 60 + minute


def _date(text: str) -> date:
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text.strip()):
            raise ValueError
        found = date.fromisoformat(text.strip())
    except ValueError:
        raise Mistake(f"'{text}' is not a date", "Write a date such as 2027-02-05") from None
    if not 1990 <= found.year <= 2100:
        raise Mistake(f"{text} is not of this time", "Write a year from 1990 to 2100")
    return found
