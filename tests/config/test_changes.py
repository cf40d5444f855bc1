"""What a reload does not change is named with what it needs."""

from __future__ import annotations

import pytest

from switchd.config import load, readable_settings
from switchd.config.changes import needs
from tests.config.conftest import NOW, RIGHT, Write


def told(write: Write, **files: str) -> tuple[str, ...]:
    before = load(write(), now=NOW)
    return needs(before, before, load(write(**files), now=NOW))


class TestNeeds:
    def test_lines_and_groups_need_nothing(self, write: Write) -> None:
        lines = RIGHT["lines"] + "  12315: {kind: parallel, title: 市场, group: intake}\n"
        assert told(write, lines=lines) == ()

    @pytest.mark.parametrize(
        ("section", "what", "remedy"),
        [
            ("storage: {redis: 'redis://127.0.0.1:6379/0'}", "storage.redis", "a restart"),
            ("log: {level: debug}", "log", "a restart"),
            ("folders: {state: elsewhere}", "folders.state", "a restart"),
            ("freeswitch: {event_socket: {port: 8022}}", "freeswitch.event_socket", "a restart"),
            ("freeswitch: {sip: {trunk_port: 5062}}", "freeswitch.sip", "a new `switchd"),
            ("trunks: {trunk: {addresses: [10.0.0.1]}}", "trunks", "a new `switchd"),
            ('feature_codes: {ready: "*21"}', "feature_codes", "a restart"),
        ],
    )
    def test_each_setting_of_the_machine_is_named(
        self, write: Write, section: str, what: str, remedy: str
    ) -> None:
        found = [need for need in told(write, extra=section) if need.startswith(f"{what} needs")]
        assert len(found) == 1
        assert remedy in found[0]

    def test_a_new_seat_needs_a_password(self, write: Write) -> None:
        (need,) = told(write, seats="seats:\n  1001-1005: intake\n")
        assert need.startswith("the phone of seats 1004 to 1005 needs a new `switchd freeswitch")

    def test_a_new_hold_music_must_be_rendered_wherever_it_is_named(self, write: Write) -> None:
        city = RIGHT["city"] + "  music: calm\n"
        assert told(write, city=city) == (
            "the hold music calm needs a new `switchd freeswitch render`, "
            "and FreeSWITCH to read it",
        )

    def test_a_restart_is_named_again_until_it_has_happened(self, write: Write) -> None:
        started = load(write(), now=NOW)
        changed = load(write(extra="log: {level: debug}"), now=NOW)
        assert needs(started, changed, changed) == ("log needs a restart of switchd",)


class TestReadableSettings:
    def test_they_are_found_in_a_folder_with_errors(self, write: Write) -> None:
        folder = write(lines="lines: [\n", extra="folders: {state: /srv/state}\n")
        assert str(readable_settings(folder).folders.state) == "/srv/state"
