"""What the doctor finds in a FreeSWITCH whose answers we make up."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from routing.plan import Plan
from routing.seats import Seat
from switchd.freeswitch.doctor import Finding, Level, diagnose
from switchd.freeswitch.render import MODULES
from switchd.freeswitch.settings import RenderSettings
from tests.freeswitch import city

RUNNING = """<?xml version="1.0" encoding="ISO-8859-1"?>
<profiles>
  <profile><name>trunk</name><type>profile</type><state>RUNNING (0)</state></profile>
  <profile><name>seats</name><type>profile</type><state>RUNNING (0)</state></profile>
</profiles>"""

REGISTRATIONS = "xmlstatus profile seats reg"


class FreeSwitch:
    """Answers as a healthy FreeSWITCH does, until a test makes it ill."""

    def __init__(self, plan: Plan, settings: RenderSettings) -> None:
        phones = [f"{seat}@{settings.domain}" for seat in plan.seats]
        self.answers = {
            ("version", ""): "FreeSWITCH Version 1.10.12-release~64bit (-release 64bit)\n",
            ("fsctl", "max_sessions"): f"+OK max sessions: {settings.max_sessions}\n",
            ("fsctl", "sps"): f"+OK sessions per second: {settings.sessions_per_second}\n",
            ("sofia", "xmlstatus"): RUNNING,
            ("sofia", REGISTRATIONS): self.registrations(*phones),
            (
                "xml_locate",
                "configuration configuration name event_socket.conf",
            ): self.event_socket("127.0.0.1", "x" * 43),
        }
        for module in MODULES:
            self.answers["module_exists", module] = "true"

    @staticmethod
    def registrations(*phones: str) -> str:
        users = "".join(f"<registration><user>{each}</user></registration>" for each in phones)
        return f"<profile><registrations>{users}</registrations></profile>"

    @staticmethod
    def event_socket(address: str, password: str) -> str:
        return (
            '<configuration name="event_socket.conf"><settings>'
            f'<param name="listen-ip" value="{address}"/>'
            f'<param name="password" value="{password}"/>'
            "</settings></configuration>"
        )

    def answers_to(self, command: str, arguments: str, answer: str) -> None:
        self.answers[command, arguments] = answer

    def __call__(self, command: str, arguments: str) -> str:
        if command == "lua":
            return self.answers.get((command, arguments), "yes")
        return self.answers[command, arguments]


@pytest.fixture
def plan() -> Plan:
    return city.plan()


@pytest.fixture
def settings(tmp_path: Path) -> RenderSettings:
    return city.settings(tmp_path)


@pytest.fixture
def freeswitch(plan: Plan, settings: RenderSettings) -> FreeSwitch:
    return FreeSwitch(plan, settings)


def complaints(findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.level is not Level.OK]


class TestAHealthyFreeSwitch:
    def test_has_no_complaint(
        self, freeswitch: FreeSwitch, plan: Plan, settings: RenderSettings
    ) -> None:
        findings = diagnose(freeswitch, plan, settings)
        assert complaints(findings) == []
        assert len(findings) >= 8
        assert all(finding.what_to_do == "" for finding in findings)


SOCKET = "configuration configuration name event_socket.conf"


class TestEachFault:
    @pytest.mark.parametrize(
        ("command", "arguments", "answer", "level", "what"),
        [
            ("version", "", "FreeSWITCH Version 1.10.9-release", Level.ERROR, "1.10.9 is too old"),
            ("version", "", "?", Level.WARNING, "does not tell its version"),
            ("module_exists", "mod_lua", "false", Level.ERROR, "mod_lua is not loaded"),
            ("fsctl", "max_sessions", "+OK max sessions: 30", Level.ERROR, "max-sessions is 30"),
            ("fsctl", "sps", "+OK sessions per second: 30", Level.ERROR, "sessions-per-second"),
            ("fsctl", "sps", "-ERR", Level.WARNING, "does not tell its sessions-per-second"),
            (
                "sofia",
                "xmlstatus",
                RUNNING.replace("seats", "other"),
                Level.ERROR,
                "SIP profile seats is not there",
            ),
            (
                "sofia",
                "xmlstatus",
                RUNNING.replace("RUNNING", "DOWN"),
                Level.ERROR,
                "SIP profile trunk is DOWN",
            ),
            ("sofia", "xmlstatus", "-ERR no", Level.ERROR, "SIP profile trunk is not there"),
            (
                "sofia",
                REGISTRATIONS,
                FreeSwitch.registrations("1002@pingdingshan.switchd", "1001@elsewhere"),
                Level.WARNING,
                "without a registered phone: 1001, 1003",
            ),
            ("sofia", REGISTRATIONS, "Invalid Profile!", Level.WARNING, "which phones"),
            (
                "xml_locate",
                SOCKET,
                FreeSwitch.event_socket("0.0.0.0", "x" * 43),
                Level.ERROR,
                "listens on 0.0.0.0",
            ),
            (
                "xml_locate",
                SOCKET,
                FreeSwitch.event_socket("127.0.0.1", "ClueCon"),
                Level.ERROR,
                "everybody knows",
            ),
            (
                "xml_locate",
                SOCKET,
                FreeSwitch.event_socket("127.0.0.1", "short"),
                Level.ERROR,
                "too short",
            ),
            ("xml_locate", SOCKET, "<configuration/>", Level.ERROR, "listens on ::"),
            ("xml_locate", SOCKET, "can't find anything", Level.WARNING, "does not show"),
        ],
    )
    def test_is_found_and_comes_with_a_remedy(
        self,
        freeswitch: FreeSwitch,
        plan: Plan,
        settings: RenderSettings,
        command: str,
        arguments: str,
        answer: str,
        level: Level,
        what: str,
    ) -> None:
        freeswitch.answers_to(command, arguments, answer)
        found = complaints(diagnose(freeswitch, plan, settings))
        assert [each.level for each in found if what in each.what] == [level]
        assert all(each.what_to_do for each in found)

    def test_a_prompt_that_freeswitch_cannot_read_is_named(
        self, freeswitch: FreeSwitch, plan: Plan, settings: RenderSettings
    ) -> None:
        answer = f"no: {settings.all_busy}: Permission denied"
        freeswitch.answers_to("lua", f"reach.lua read {settings.all_busy}", answer)
        (found,) = complaints(diagnose(freeswitch, plan, settings))
        assert found.level is Level.ERROR
        assert "Permission denied" in found.what

    def test_a_recordings_folder_that_cannot_be_written_is_named(
        self, freeswitch: FreeSwitch, plan: Plan, settings: RenderSettings
    ) -> None:
        folder = settings.recordings_dir
        freeswitch.answers_to("lua", f"reach.lua write {folder}", "no: Read-only file system")
        (found,) = complaints(diagnose(freeswitch, plan, settings))
        assert f"cannot write to {folder}: Read-only file system" in found.what

    def test_a_script_that_does_not_answer_is_a_fault(
        self, freeswitch: FreeSwitch, plan: Plan, settings: RenderSettings
    ) -> None:
        freeswitch.answers_to("lua", f"reach.lua write {settings.recordings_dir}", "")
        (found,) = complaints(diagnose(freeswitch, plan, settings))
        assert "reach.lua" in found.what

    def test_more_seats_than_the_limit_allows_are_noticed(self, tmp_path: Path) -> None:
        """The plan grew, and FreeSWITCH still runs with the limit of yesterday."""
        settings = city.settings(tmp_path, max_sessions=100)
        plan = city.plan(seats={str(number): "" for number in range(1001, 1101)})
        found = complaints(diagnose(FreeSwitch(plan, settings), plan, settings))
        assert [each.level for each in found] == [Level.ERROR]
        assert "100 seats" in found[0].what

    def test_a_seat_that_is_reached_by_telephone_needs_no_registration(
        self, freeswitch: FreeSwitch, plan: Plan, settings: RenderSettings
    ) -> None:
        seat = Seat("2001", ("intake",), phone="13900000000", trunk="default")
        plan = replace(plan, seats={**plan.seats, "2001": seat})
        assert complaints(diagnose(freeswitch, plan, settings)) == []


class TestANode:
    def findings(self, plan: Plan, tmp_path: Path, status: str) -> list[Finding]:
        settings = city.settings(tmp_path, peers={"south": ("10.20.0.12", 5080)})
        freeswitch = FreeSwitch(plan, settings)
        freeswitch.answers_to("sofia", "xmlstatus", status)
        freeswitch.answers_to("sofia", REGISTRATIONS, freeswitch.registrations())
        return diagnose(freeswitch, plan, settings)

    def test_needs_the_profile_for_the_others(self, plan: Plan, tmp_path: Path) -> None:
        (error,) = [
            finding
            for finding in self.findings(plan, tmp_path, RUNNING)
            if finding.level is Level.ERROR
        ]
        assert error.what == "SIP profile peers is not there"

    def test_a_phone_that_is_not_registered_here_may_be_at_another(
        self, plan: Plan, tmp_path: Path
    ) -> None:
        peers = RUNNING.replace("trunk", "peers").splitlines()[2]
        status = RUNNING.replace("</profiles>", f"{peers}</profiles>")
        findings = self.findings(plan, tmp_path, status)
        assert {finding.level for finding in findings} == {Level.OK}
        assert any("0 of 3 seats are registered here" in finding.what for finding in findings)
