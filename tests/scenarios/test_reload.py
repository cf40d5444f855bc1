"""The admin changes the plan while calls go on."""

from __future__ import annotations

import copy
import signal
from typing import Any

import orjson
import pytest

from routing.record import Outcome
from tests.scenarios.hotline import CITY, Hotline, heard, wait_for

MOBILE = "13937512345"
CONFIG_ERROR = 78


@pytest.fixture
def city(own_hotline: Hotline) -> Hotline:
    """A hotline whose seats answer; its daemon is not started yet."""
    for seat in CITY["seats"]:
        own_hotline.sim.seat(seat).will_answer()
    return own_hotline


def changed(**sections: Any) -> dict[str, Any]:
    """The city with some sections changed key by key."""
    city = copy.deepcopy(CITY)
    for section, changes in sections.items():
        city[section] = {**city[section], **changes}
        for key, value in changes.items():
            if value is None:
                del city[section][key]
    return city


def plan_in_force(hotline: Hotline) -> str:
    return str(hotline.status()["plan"])


class TestAReload:
    def test_the_next_call_follows_the_new_plan_and_a_call_in_progress_ends_under_its_own(
        self, city: Hotline
    ) -> None:
        hotline = city
        hotline.start_daemon()
        before = plan_in_force(hotline)
        hotline.makes_ready("1001")
        caller = hotline.sim.call(MOBILE, "12345", survey="2")
        wait_for(lambda: hotline.seat("1001")["state"] == "talking", "they talk")
        unknown = hotline.sim.call(MOBILE, "12399")
        unknown.ended.wait()

        line = {"kind": "parallel", "title": "新热线", "group": "intake"}
        keys = {"keys": {"5": "splendid"}}
        hotline.writes({**changed(lines={"12399": line}), "survey": keys})
        said = hotline.admin("reload", "--by", "8001")

        assert said.returncode == 0, said.stderr
        assert "12399, now: hears greeting, waits for intake" in said.stdout
        assert plan_in_force(hotline) != before
        hotline.sim.seat("1001").hang_up()
        caller.ended.wait()
        record = hotline.record_of(caller)
        assert (record.plan_version, record.survey_meaning) == (before, "satisfied")
        hotline.waits_until_seat_is("1001", "ready")
        known = hotline.sim.call("13800138000", "12399", talk=1.0)
        known.ended.wait()
        record = hotline.record_of(known)
        assert (record.outcome, record.line_dialled) == (Outcome.ANSWERED, "12399")
        assert record.plan_version == plan_in_force(hotline)

    def test_a_plan_with_errors_changes_nothing_and_says_where_they_are(
        self, city: Hotline
    ) -> None:
        hotline = city
        hotline.start_daemon()
        before = plan_in_force(hotline)
        hotline.writes(changed(seats={"1009": "nowhere"}, lines={"12345": {"kind": "hotline"}}))
        said = hotline.admin("reload")
        assert said.returncode == CONFIG_ERROR
        place = f"{hotline.city_folder}/city.yaml:1"
        assert f"{place}:lines.12345.title: title is missing" in said.stderr
        assert f"{place}:seats.1009.groups.0: there is no group nowhere" in said.stderr
        assert "the plan in force stays" in said.stderr
        answer = orjson.loads(hotline.admin("reload", "--json").stdout)
        assert {problem["key"] for problem in answer["problems"]} >= {"seats.1009.groups.0"}
        assert plan_in_force(hotline) == before
        assert "1009" not in {seat["seat"] for seat in hotline.client.get("seats")}
        hotline.makes_ready("1001")
        caller = hotline.sim.call(MOBILE, "12345", talk=1.0)
        assert hotline.record_of(caller).outcome is Outcome.ANSWERED

    def test_sighup_reloads(self, city: Hotline) -> None:
        hotline = city
        hotline.start_daemon()
        before = plan_in_force(hotline)
        hotline.writes(changed(city={"title": "新名称"}))
        assert hotline.daemon is not None
        hotline.daemon.send_signal(signal.SIGHUP)
        wait_for(lambda: plan_in_force(hotline) != before, "the plan is another")
        assert hotline.status()["title"] == "新名称"

    def test_what_only_a_restart_changes_is_named(self, city: Hotline) -> None:
        hotline = city
        hotline.start_daemon()
        hotline.writes({**changed(), "feature_codes": {"ready": "*21"}})
        said = hotline.admin("reload")
        assert said.returncode == 0, said.stderr
        assert "applied, but feature_codes needs a new `switchd freeswitch render`" in said.stdout
        assert "and a restart of switchd" in said.stdout

    def test_a_city_does_not_change_its_name_while_it_runs(self, city: Hotline) -> None:
        hotline = city
        hotline.start_daemon()
        hotline.writes(changed(city={"name": "othercity"}))
        said = hotline.admin("reload")
        assert said.returncode == CONFIG_ERROR
        assert "the city's short name was testcity and is now othercity" in said.stderr
        assert hotline.status()["city"] == "testcity"


class TestSeats:
    def test_a_new_seat_whose_phone_was_registered_before_is_offered_callers(
        self, city: Hotline
    ) -> None:
        hotline = city
        hotline.writes(changed(seats={"1002": None}))
        hotline.start_daemon()
        hotline.writes(CITY)
        assert hotline.admin("reload").returncode == 0
        wait_for(lambda: hotline.seat("1002")["reachable"], "the phone of 1002 is known")
        hotline.makes_ready("1002")
        caller = hotline.sim.call(MOBILE, "12345", talk=1.0)
        assert hotline.record_of(caller).seat == "1002"

    def test_a_seat_that_the_plan_no_longer_has_finishes_its_talk(self, city: Hotline) -> None:
        hotline = city
        hotline.start_daemon()
        hotline.makes_ready("1001", "1002")
        caller = hotline.sim.call(MOBILE, "12345", survey="1")
        wait_for(lambda: hotline.seat("1001")["state"] == "talking", "they talk")
        hotline.writes(changed(seats={"1001": None, "1002": None}))
        assert hotline.admin("reload").returncode == 0
        assert {seat["seat"] for seat in hotline.client.get("seats")} == {"1001", "1003"}
        assert hotline.seat("1001")["state"] == "talking"
        hotline.sim.seat("1001").hang_up()
        record = hotline.record_of(caller)
        assert (record.outcome, record.survey_key) == (Outcome.ANSWERED, "1")
        wait_for(
            lambda: {seat["seat"] for seat in hotline.client.get("seats")} == {"1003"},
            "the seat is forgotten after its talk",
        )

    def test_who_waits_for_a_group_that_is_gone_is_still_served(self, city: Hotline) -> None:
        hotline = city
        hotline.start_daemon()
        caller = hotline.sim.call(MOBILE, "12315", talk=1.0)
        wait_for(lambda: hotline.status()["waiting"] == 1, "the caller waits")
        hotline.writes(
            changed(
                lines={"12315": {"kind": "parallel", "title": "市场监管", "group": "intake"}},
                groups={"market": None},
                seats={"1003": "intake"},
            )
        )
        assert hotline.admin("reload").returncode == 0
        hotline.makes_ready("1003")
        record = hotline.record_of(caller)
        assert (record.outcome, record.seat, record.group) == (Outcome.ANSWERED, "1003", "market")
        wait_for(lambda: hotline.seat("1003")["groups"] == ["intake"], "market is closed for good")


class TestVersions:
    def test_every_plan_in_force_is_written_down_and_can_come_back(self, city: Hotline) -> None:
        hotline = city
        hotline.start_daemon()
        first = plan_in_force(hotline)
        files = (hotline.city_folder / "city.yaml").read_text()
        line = {"kind": "parallel", "title": "新热线", "group": "intake"}
        hotline.writes(changed(lines={"12399": line}))
        assert hotline.admin("reload", "--by", "8001").returncode == 0
        assert "nothing has changed" in hotline.admin("reload").stdout

        broken = hotline.city_folder / "broken.yaml"
        broken.write_text("lines: [\n")
        said = hotline.admin("plan", "rollback", "1", "--by", "8002")
        assert said.returncode == 0, said.stderr
        assert plan_in_force(hotline) == first
        assert (hotline.city_folder / "city.yaml").read_text() == files
        assert not broken.exists()
        (backup,) = hotline.city_folder.glob(".before-rollback-*")
        assert (backup / "broken.yaml").read_text() == "lines: [\n"
        assert "12399" in (backup / "city.yaml").read_text()

        log = orjson.loads(hotline.admin("plan", "log", "--json").stdout)
        assert [(one["number"], one["who"], one["why"]) for one in log] == [
            (3, "8002", "rollback to 1"),
            (2, "8001", "reload"),
            (1, "switchd", "start"),
        ]
        assert log[0]["digest"] == log[2]["digest"] == first
        assert any(sentence.startswith("12399, now: hears") for sentence in log[1]["summary"])
        assert "12399" in hotline.admin("plan", "show", "2").stdout

    def test_a_start_with_the_same_files_is_no_new_version(self, city: Hotline) -> None:
        hotline = city
        hotline.start_daemon()
        hotline.stop_daemon()
        hotline.start_daemon()
        assert len(orjson.loads(hotline.admin("plan", "log", "--json").stdout)) == 1

    def test_a_version_that_cannot_be_used_today_leaves_the_folder_as_it_is(
        self, city: Hotline
    ) -> None:
        hotline = city
        own = hotline.city_folder / "own" / "zh"
        own.mkdir(parents=True)
        (own / "hello.wav").write_bytes(b"")
        greeted = {"kind": "hotline", "title": "热线", "group": "intake", "greeting": "hello"}
        hotline.folders["prompts"] = "own"
        hotline.writes(changed(lines={"12345": greeted}))
        hotline.start_daemon()
        hotline.writes(CITY)
        assert hotline.admin("reload").returncode == 0
        (own / "hello.wav").unlink()
        files = (hotline.city_folder / "city.yaml").read_text()
        said = hotline.admin("plan", "rollback", "1")
        assert said.returncode == CONFIG_ERROR
        assert "there is no prompt hello" in said.stderr
        assert (hotline.city_folder / "city.yaml").read_text() == files
        assert not list(hotline.city_folder.glob(".before-rollback-*"))

    def test_a_number_that_was_never_given_is_told(self, city: Hotline) -> None:
        city.start_daemon()
        said = city.admin("plan", "rollback", "7")
        assert said.returncode == 1
        assert "there is no plan 7 of testcity: there are 1 to 1" in said.stderr


class TestExplain:
    def test_it_says_what_a_live_call_gets(self, hotline: Hotline) -> None:
        hotline.makes_ready("1003")
        for number in ("0375-12345", "+8637512315", "12319", "3312345"):
            told = orjson.loads(hotline.admin("explain", number, "--json").stdout)
            caller = hotline.sim.call(MOBILE, number, talk=1.0)
            record = hotline.record_of(caller)
            assert record.line_dialled == told["line"]
            if told["taken"]:
                assert record.group == told["outcome"]["group"]
                assert heard(caller).split()[0] == told["outcome"]["greeting"][0]
                assert record.seat in told["seats"]
                hotline.waits_until_seat_is("1003", "ready")
            else:
                assert record.cause == told["outcome"]["cause"]
