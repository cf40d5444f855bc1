"""A small city to render, and where its files would lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from routing.lines import Line, LineKind
from routing.plan import Plan, SkillGroup, Trunk
from routing.seats import Seat
from switchd.freeswitch.settings import RenderSettings

TEMPLATES = Path(__file__).parents[2] / "dialplan"


def plan(seats: Mapping[str, str] | None = None, **changes: Any) -> Plan:
    """A city with one line and seats 1001 to 1003, or with `seats` (number → title)."""
    titles = {"1001": "一号席", "1002": "二号席", "1003": "三号席"} if seats is None else seats
    line = Line(
        name="12345",
        kind=LineKind.HOTLINE,
        title="政务服务便民热线",
        numbers=frozenset({"12345"}),
        group="intake",
        greeting="greeting",
        music="moh",
    )
    town = Plan(
        city="pingdingshan",
        title="平顶山市12345政务服务便民热线",
        zone=ZoneInfo("Asia/Shanghai"),
        area_code="0375",
        language="zh",
        lines={"12345": line},
        groups={"intake": SkillGroup("intake", "受理")},
        seats={number: Seat(number, ("intake",), title) for number, title in titles.items()},
        trunks={"default": Trunk("default")},
    )
    return replace(town, **changes)


def settings(home: Path, **changes: Any) -> RenderSettings:
    """Settings of a FreeSWITCH whose files are below `home`."""
    values: dict[str, Any] = {
        "domain": "pingdingshan.switchd",
        "templates": TEMPLATES,
        "prompts_dir": home / "prompts",
        "all_busy": home / "prompts" / "zh" / "all_busy.wav",
        "music": {"moh": home / "prompts" / "music"},
        "recordings_dir": home / "recordings",
        "event_socket_password_file": home / "state" / "event-socket.password",
        "seat_passwords_file": home / "state" / "seat-passwords.json",
    }
    return RenderSettings(**(values | changes))
