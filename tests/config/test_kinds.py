"""What every kind of line means for its callers, from a few lines of YAML."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from routing.entry import Arrival, Cause, Refusal, Route, decide
from routing.lines import Forward, Otherwise, Overflow
from routing.plan import MenuItem, Plan
from switchd.config import load

GROUPS = """
groups:
  intake: {title: 受理}
  market: {title: 市监}
  ruzhou: {title: 汝州}
seats:
  1001-1003: intake
  1101: market
  2001: {groups: [ruzhou], phone: "13900000000", trunk: carrier}
trunks:
  carrier: {proxy: 10.20.0.5}
  gas: {proxy: "10.30.0.5:5080"}
"""
HOTLINE = "  12345: {kind: hotline, title: 热线, group: intake}\n"


@pytest.fixture
def city(write):
    """Load a city with the hotline, some more lines, and perhaps further sections."""

    def city(lines: str = "", extra: str = "{}\n") -> Plan:
        folder: Path = write(
            lines="lines:\n" + HOTLINE + lines, groups=GROUPS.lstrip(), extra=extra
        )
        for name in ("seats", "extra"):
            if name == "seats" or extra == "{}\n":
                (folder / f"{name}.yaml").unlink()
        return load(folder, now=at("2020-01-15")).plan

    return city


def at(day: str) -> float:
    return datetime.fromisoformat(f"{day}T12:00+08:00").timestamp()


def called(plan: Plan, number: str, day: str = "2020-01-15") -> Route | Refusal:
    return decide(Arrival("13937500001", number, "carrier"), plan, at(day))


class TestParallel:
    """留号并行: kept for good, with seats of its own."""

    YAML = """\
  12315:
    kind: parallel
    title: 市市场监督管理局
    group: market
    greeting: comfort
    overflow: [{group: intake, after_seconds: 30}]
"""

    def test_its_callers_wait_for_its_own_seats_first(self, city):
        route = called(city(self.YAML), "12315")
        assert (route.group, route.greeting) == ("market", ("comfort",))
        assert route.overflow == (Overflow("intake", 30.0),)

    def test_one_step_of_overflow_needs_no_list(self, city):
        plan = city(self.YAML.replace("[{group: intake, after_seconds: 30}]", "{group: intake}"))
        assert plan.lines["12315"].overflow == (Overflow("intake", 20.0),)

    def test_the_hotline_may_overflow_to_it_as_well(self, write):
        steps = "overflow: [{group: ruzhou, after_seconds: 90}, {group: market}]"
        hotline = HOTLINE.replace("}", f", {steps}}}")
        folder = write(lines="lines:\n" + hotline + self.YAML, groups=GROUPS.lstrip())
        (folder / "seats.yaml").unlink()
        route = called(load(folder).plan, "12345")
        assert route.overflow == (Overflow("market", 20.0), Overflow("ruzhou", 90.0))


class TestRemote:
    """远端坐席: the county's number is retired, its seats sit in the county."""

    YAML = """\
  6026789:
    kind: remote
    title: 汝州市市长热线
    group: ruzhou
    merged_on: 2020-01-10
"""

    def test_in_its_month_the_announcement_leads_to_the_county_and_later_to_the_city(self, city):
        route = called(city(self.YAML), "0375-6026789")
        assert route.greeting == ("change_announcement", "greeting")
        assert (route.line_dialled, route.line_meant) == ("6026789", "6026789")
        assert (route.group, route.overflow) == ("ruzhou", (Overflow("intake", 20.0),))

    def test_after_its_month_the_number_is_gone(self, city):
        assert called(city(self.YAML), "6026789", "2020-02-11").cause is Cause.NUMBER_CHANGED

    def test_a_seat_without_ip_phone_is_dialled_over_the_trunk(self, city):
        seat = city(self.YAML).seats["2001"]
        assert (seat.phone, seat.trunk) == ("13900000000", "carrier")


class TestSubCentre:
    """分中心: kept, with its own seats and switch elsewhere."""

    YAML = "  962777: {kind: sub_centre, title: 燃气, trunk: gas, to: 8001, ring_seconds: 20}\n"
    HOURS = "calendars:\n  office: {week: {mon-fri: 09:00-17:00}}\n"

    def test_its_callers_are_passed_on_and_wait_for_12345_if_nobody_answers(self, city):
        route = called(city(self.YAML), "962777")
        assert route.forward == Forward("8001", "gas", 20.0, Otherwise.QUEUE)
        assert route.group == "intake"

    def test_its_own_number_is_dialled_unless_another_is_written(self, city):
        plan = city("  962777: {kind: sub_centre, title: 燃气, trunk: gas}\n")
        assert plan.lines["962777"].forward.number == "962777"

    def test_while_it_is_closed_its_callers_wait_for_12345_at_once(self, city):
        plan = city(self.YAML.replace("}", ", open: office}"), self.HOURS)
        saturday, monday = called(plan, "962777", "2020-01-18"), called(plan, "962777")
        assert (saturday.forward, saturday.connect, saturday.group) == (None, True, "intake")
        assert "entry.forward_closed" in [reason.what for reason in saturday.reasons]
        assert monday.forward is not None

    def test_while_it_is_closed_its_callers_may_be_told_so(self, city):
        plan = city(self.YAML.replace("}", ", open: office, otherwise: announce}"), self.HOURS)
        route = called(plan, "962777", "2020-01-18")
        assert (route.connect, route.greeting) == (False, ("out_of_hours",))


class TestDeferred:
    """暂不整合: callers who come here all the same are helped on."""

    def test_the_caller_may_be_told_the_number(self, city):
        route = called(city("  12121: {kind: deferred, title: 气象, then: tell}\n"), "12121")
        assert route.greeting == ("please_dial", "num_yao", "num_2", "num_yao", "num_2", "num_yao")
        assert not route.connect

    def test_the_number_told_may_be_another(self, city):
        plan = city("  12121: {kind: deferred, title: 气象, then: tell, tell: 96121}\n")
        assert plan.lines["12121"].dial_instead == "96121"

    def test_the_caller_may_be_passed_on(self, city):
        plan = city("  12366: {kind: deferred, title: 税务, then: pass_on, trunk: carrier}\n")
        assert called(plan, "12366").forward == Forward("12366", "carrier")


class TestExpert:
    """专家席: consulted by seats, never fed from the queue."""

    YAML = '  12329: {kind: expert, title: 住房公积金, trunk: carrier, to: "2990011"}\n'

    def test_who_dials_it_is_served_by_the_hotline_under_its_own_name(self, city):
        route = called(city(self.YAML), "12329")
        assert (route.title, route.group, route.forward) == ("住房公积金", "intake", None)

    def test_seats_reach_the_expert_by_transfer(self, city):
        assert city(self.YAML).lines["12329"].transfer_to == Forward("2990011", "carrier")


class TestEmergency:
    """110, 119, 120 and 122 are in every plan."""

    def test_without_a_word_about_them_they_are_refused_by_no_line(self, city):
        assert called(city(), "110").cause is Cause.UNALLOCATED_NUMBER

    def test_they_may_all_go_to_one_trunk(self, city):
        plan = city(extra="emergency: {trunk: carrier}\n")
        for number in ("110", "119", "120", "122"):
            route = called(plan, f"0375{number}")
            assert (route.forward.number, route.forward.trunk) == (number, "carrier")
            assert (route.greeting, route.group) == ((), "")

    def test_one_may_go_another_way(self, city):
        plan = city(extra="emergency:\n  trunk: carrier\n  110: {trunk: gas, number: 8110}\n")
        assert plan.emergency["110"].number == "8110"
        assert plan.emergency["119"].trunk == "carrier"


class TestMenus:
    """Menus are opt-in."""

    YAML = """\
menus:
  main:
    prompts: [calm]
    keys:
      1: intake
      2: {language: en, group: market}
      3: {menu: more}
  more: {prompts: [calm], keys: {0: intake}, seconds: 3, tries: 1}
"""

    def test_a_key_leads_to_a_group_a_language_or_a_further_menu(self, write):
        hotline = HOTLINE.replace("}", ", menu: main}")
        folder = write(lines="lines:\n" + hotline, groups=GROUPS.lstrip(), menus=self.YAML)
        (folder / "seats.yaml").unlink()
        plan = load(folder).plan
        assert called(plan, "12345").menu == "main"
        assert plan.menus["main"].keys == {
            "1": MenuItem(group="intake"),
            "2": MenuItem(group="market", language="en"),
            "3": MenuItem(menu="more"),
        }
        assert (plan.menus["more"].seconds, plan.menus["more"].tries) == (3.0, 1)
