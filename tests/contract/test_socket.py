"""The event socket itself: replies, errors, lists (recorded traffic 06)."""

from __future__ import annotations

import json

import pytest

from tests.contract.client import Client
from tests.contract.house import House
from tests.contract.scene import Scene


class TestErrors:
    @pytest.mark.parametrize(
        ("command", "text"),
        [
            ("api", "-ERR command not found"),
            ("nosuch", "-ERR command not found"),
            ("event", "-ERR no keywords supplied"),
            ("filter", "-ERR command not found"),
            (
                "sendmsg none\ncall-command: execute\nexecute-app-name: answer",
                "-ERR invalid session id [none]",
            ),
        ],
    )
    def test_a_wrong_command_is_answered(self, esl: Client, command: str, text: str) -> None:
        assert esl.send(command).text == text

    @pytest.mark.parametrize(
        ("command", "body"),
        [
            ("nosuchcommand", "-ERR nosuchcommand Command not found!\n"),
            ("uuid_bridge a b", "-ERR Invalid uuid\n"),
            ("uuid_exists none", "false"),
            ("uuid_kill none", "-ERR No such channel!\n"),
            ("uuid_getvar none x", "-ERR No such channel!\n"),
            ("uuid_setvar none x y", "-ERR No such channel!\n"),
            ("uuid_dump none json", "-ERR No such channel!\n"),
            ("uuid_break none all", "-ERR No such channel!\n"),
            ("uuid_transfer none park: inline", "-ERR No such channel!\n"),
            ("uuid_recv_dtmf none 1", "-ERR Cannot locate session!\n"),
        ],
    )
    def test_a_failing_api_command_is_answered(self, esl: Client, command: str, body: str) -> None:
        assert esl.api(command) == body


class TestLists:
    @pytest.mark.parametrize("what", ["channels", "calls"])
    def test_nothing_has_no_rows(self, esl: Client, what: str) -> None:
        assert esl.api(f"show {what} as json") == '{"row_count": 0}\n'

    def test_channels_name_leg_number_and_state(self, scene: Scene, esl: Client) -> None:
        _, leg = scene.answered()
        (row,) = esl.rows("channels", lambda row: row["callstate"] == "ACTIVE")
        assert row["uuid"] == leg
        assert row["direction"] == "inbound"
        assert row["cid_num"] == "13800138000"
        assert row["dest"] == "12345"
        assert int(row["created_epoch"]) > 10**9

    def test_channels_name_the_application_that_was_executed_last(
        self, house: House, scene: Scene, esl: Client
    ) -> None:
        """It may have ended long ago: neither the break nor the park behind a bridge counts."""
        house.seat("1001")
        _, leg = scene.parked()

        def shows(*columns: str) -> bool:
            wanted = (leg, *columns)
            return bool(
                esl.rows(
                    "channels",
                    lambda row: (row["uuid"], row["application"], row["state"]) == wanted,
                )
            )

        assert shows("park", "CS_EXECUTE")
        esl.execute(leg, "answer")
        assert shows("answer", "CS_EXECUTE")
        esl.execute(leg, "playback", house.music, execution="music")
        assert shows("playback", "CS_EXECUTE")
        esl.api(f"uuid_break {leg} all")
        esl.event("CHANNEL_EXECUTE_COMPLETE", leg, Application_UUID="music")
        assert shows("playback", "CS_EXECUTE")
        esl.api(f"uuid_setvar {leg} park_after_bridge true")
        seat = scene.seat_parked()
        esl.api(f"uuid_bridge {leg} {seat}")
        assert shows("uuid_bridge", "CS_SOFT_EXECUTE")
        esl.api(f"uuid_kill {seat}")
        scene.parked_again(leg)
        assert shows("uuid_bridge", "CS_PARK")

    def test_registrations_name_the_seats(self, house: House, esl: Client) -> None:
        house.seat("1001")
        (row,) = esl.rows("registrations", lambda row: row["reg_user"] == "1001")
        assert row["realm"] == house.domain

    def test_a_dump_has_the_variables(self, scene: Scene, esl: Client) -> None:
        _, leg = scene.answered()
        esl.api(f"uuid_setvar_multi {leg} switchd_call=c-1;switchd_state=waiting")
        dump = json.loads(esl.api(f"uuid_dump {leg} json"))
        assert dump["Unique-ID"] == leg
        assert dump["variable_switchd_call"] == "c-1"
        assert dump["variable_switchd_state"] == "waiting"


class TestVariables:
    def test_are_read_back_as_set(self, scene: Scene, esl: Client) -> None:
        _, leg = scene.answered()
        assert esl.api(f"uuid_setvar {leg} switchd_line 12345") == "+OK\n"
        assert esl.api(f"uuid_getvar {leg} switchd_line") == "12345"

    def test_an_unset_one_is_undefined(self, scene: Scene, esl: Client) -> None:
        _, leg = scene.answered()
        esl.api(f"uuid_setvar {leg} switchd_line 12345")
        esl.api(f"uuid_setvar {leg} switchd_line")
        assert esl.api(f"uuid_getvar {leg} switchd_line") == "_undef_"


class TestTheSystem:
    def test_says_its_version(self, esl: Client) -> None:
        assert esl.api("version").startswith("FreeSWITCH Version 1.")

    def test_names_its_run(self, scene: Scene, esl: Client) -> None:
        scene.parked()
        assert esl.api("global_getvar core_uuid") == esl.seen[0]["Core-UUID"]

    def test_says_that_it_is_ready(self, esl: Client) -> None:
        assert " is ready\n" in esl.api("status")

    def test_schedules_and_forgets_a_command(self, esl: Client) -> None:
        assert esl.api("sched_api +60 lab none status").startswith("+OK Added: ")
        assert esl.api("sched_del lab") == "+OK Deleted: 1\n"
        assert esl.api("sched_del lab") == "+OK Deleted: 0\n"


class TestReplies:
    def test_come_in_the_order_of_the_commands(self, esl: Client) -> None:
        answers = [esl.api(command) for command in ("uuid_exists none", "echo one", "echo two")]
        assert answers == ["false", "one", "two"]

    def test_an_inline_command_holds_events_back_until_it_is_answered(
        self, house: House, scene: Scene, esl: Client
    ) -> None:
        _, leg = scene.answered()
        with house.esl() as other:
            esl.execute(leg, "sleep", "150", execution="nap")
            answered = other.send("api msleep 600")
            assert esl.event("CHANNEL_EXECUTE_COMPLETE", leg, Application_UUID="nap")
            other.event("CHANNEL_EXECUTE_COMPLETE", leg, Application_UUID="nap")
            names = [event["Event-Name"] for event in other.seen[: answered.after]]
            assert "CHANNEL_EXECUTE_COMPLETE" not in names


class TestSubscriptions:
    def test_each_connection_has_its_own(self, house: House, scene: Scene, esl: Client) -> None:
        with house.esl("CHANNEL_HANGUP_COMPLETE") as narrow:
            _, leg = scene.answered()
            esl.api(f"uuid_kill {leg}")
            narrow.event("CHANNEL_HANGUP_COMPLETE", leg)
            assert {event["Event-Name"] for event in narrow.seen} == {"CHANNEL_HANGUP_COMPLETE"}

    def test_noevents_ends_them(self, house: House, scene: Scene, esl: Client) -> None:
        with house.esl() as quiet:
            assert quiet.send("noevents").text == "+OK no longer listening for events"
            scene.answered()
            assert quiet.api("echo still here") == "still here"
            assert quiet.seen == []

    def test_a_filter_lets_only_what_matches_through(
        self, house: House, scene: Scene, esl: Client
    ) -> None:
        with house.esl() as narrow:
            reply = narrow.send("filter Event-Name CHANNEL_ANSWER")
            assert reply.text == "+OK filter added. [Event-Name]=[CHANNEL_ANSWER]"
            scene.answered()
            narrow.event("CHANNEL_ANSWER")
            assert {event["Event-Name"] for event in narrow.seen} == {"CHANNEL_ANSWER"}

    def test_a_job_reaches_every_subscriber(self, house: House, esl: Client) -> None:
        with house.esl() as other:
            other.bgapi("echo hello", "shared-job")
            assert esl.job("shared-job") == "hello"
            assert other.job("shared-job") == "hello"


class TestLeaving:
    def test_exit_says_goodbye(self, house: House) -> None:
        client = house.esl()
        assert client.send("exit").text == "+OK bye"
        assert client.closed.wait(5)
        assert client.goodbye.startswith("Disconnected, goodbye.")

    def test_a_wrong_password_is_turned_away(self, house: House) -> None:
        client = Client(house.host, house.port, "wrong")
        assert client.welcome.text == "-ERR invalid"
        assert client.closed.wait(5)
        client.close()
