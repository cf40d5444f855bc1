"""Whether the sections make sense together: names lead somewhere, nothing collides."""

from __future__ import annotations

from zoneinfo import available_timezones

from switchd.config.draft import Draft
from switchd.config.lookup import Lookup
from switchd.config.meaning_admission import check_admission
from switchd.config.meaning_agents import check_agents
from switchd.config.meaning_api import check_api
from switchd.config.meaning_calendars import check_calendars
from switchd.config.meaning_callbacks import check_callbacks, check_follow_ups
from switchd.config.meaning_callers import check_callers
from switchd.config.meaning_control import check_control
from switchd.config.meaning_groups import check_groups
from switchd.config.meaning_lines import check_lines, time_zone
from switchd.config.meaning_menus import check_emergency, check_menus
from switchd.config.meaning_nodes import check_nodes
from switchd.config.meaning_seats import check_seats
from switchd.config.meaning_server import check_server
from switchd.config.meaning_skills import check_skills
from switchd.config.meaning_sounds import Known, check_sounds
from switchd.config.meaning_trunks import check_trunks
from switchd.config.meaning_waiting import check_waiting
from switchd.config.problems import choose

__all__ = ["Known", "check_meaning"]


def check_meaning(draft: Draft, known: Known, now: float) -> None:
    """Add every contradiction between the sections to the draft's problems."""
    lookup = Lookup(draft)
    _check_city(draft)
    check_lines(draft, now)
    check_trunks(draft)
    check_menus(draft, lookup)
    check_emergency(draft, lookup)
    check_calendars(draft, now)
    check_callers(draft)
    check_callbacks(draft, lookup)
    check_follow_ups(draft, lookup)
    check_groups(draft, lookup, now)
    check_skills(draft, lookup)
    check_agents(draft)
    check_seats(draft, lookup)
    check_control(draft, lookup)
    check_admission(draft, lookup)
    check_waiting(draft)
    check_sounds(draft, lookup, known)
    check_server(draft)
    check_nodes(draft)
    check_api(draft)


def _check_city(draft: Draft) -> None:
    if draft.city is None:
        return
    zone = draft.city.time_zone
    if time_zone(zone) is None:
        what = f"there is no time zone '{zone}'"
        draft.error(("city", "time_zone"), what, choose(zone, available_timezones()))
