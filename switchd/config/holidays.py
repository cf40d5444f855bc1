"""Public holidays of China from the package chinesecalendar, mended by what the admin wrote."""

from __future__ import annotations

from datetime import date

from chinese_calendar import holidays as days_off
from chinese_calendar import workdays as make_up_days

from routing.calendars import Holidays as PlanHolidays
from switchd.config.calendars import Holidays
from switchd.config.times import read_days, read_work_day


def build_holidays(section: Holidays) -> PlanHolidays:
    """Put both together; where they differ, what is written in the YAML holds."""
    written = {day for text in section.days for day in read_days(text)}
    working = dict(read_work_day(text) for text in section.work_days)
    days: set[date] = set()
    work_days: dict[date, int | None] = {}
    if section.source == "china":
        days.update(days_off)
        work_days.update(dict.fromkeys(make_up_days))
    days = (days - working.keys()) | written
    work_days = {day: weekday for day, weekday in work_days.items() if day not in written}
    work_days.update(working)
    years = frozenset(day.year for day in days)
    return PlanHolidays(frozenset(days), work_days, years)
