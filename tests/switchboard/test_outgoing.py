"""What the switch is told for calls, whatever the caller's data look like."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import gevent
import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.callflow import events as on
from switchd.calls.ports import LegGone, SwitchAway, SwitchError
from switchd.esl.commands import Api, to_wire
from switchd.esl.errors import CommandFailed, CommandTimeout, EslError, NotConnected
from switchd.esl.link import Link
from switchd.prompts.library import PromptLibrary
from switchd.switchboard import turns
from switchd.switchboard.outgoing import FreeSwitch
from switchd.switchboard.turns import Turns
from tests.calls.house import wait_until


class FakeJob:
    """An originate with the given end."""

    def __init__(self, end: str | EslError) -> None:
        self._end = end

    def wait(self, timeout: float) -> str:
        if isinstance(self._end, EslError):
            raise self._end
        return self._end


class FakeLink:
    """Notes commands; `error` is raised instead if there is one."""

    def __init__(self) -> None:
        self.said: list[tuple[str, ...]] = []
        self.error: EslError | None = None
        self.job: str | EslError = "+OK leg-b"
        self.stopping = False

    def _say(self, *words: str) -> None:
        if self.error is not None:
            raise self.error
        self.said.append(words)

    def api(self, name: str, args: str = "") -> str:
        to_wire(Api(name, args))
        self._say(name, args)
        return "+OK"

    def send_each(self, commands: Iterable[Api]) -> Iterator[SimpleNamespace]:
        for command in commands:
            yield SimpleNamespace(ok=bool(self.api(command.name, command.args)))

    def execute(self, leg: str, application: str, argument: str, *, execution: str) -> None:
        self._say(leg, application, argument)

    def bgapi(self, name: str, args: str) -> FakeJob:
        to_wire(Api(name, args))
        self._say(name, args)
        return FakeJob(self.job)


class Room:
    """A FreeSWITCH behind a fake link, with two prompts."""

    def __init__(self, folder: Path) -> None:
        for name in ("all_busy", "survey", "survey_invalid"):
            path = folder / "zh" / f"{name}.wav"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        self.folder = folder.resolve()
        self.link = FakeLink()
        self.told: list[on.Event] = []
        self.turns = Turns()
        self.switch = FreeSwitch(
            lambda: cast(Link, self.link),
            lambda language: PromptLibrary([folder], language or "zh", "zh"),
            domain="city.switchd",
            proxies={"police": "10.0.0.9:5060", "inbound": ""},
            recordings=Path("/recordings"),
            deliver=lambda leg, event: self.told.append(event),
            turns=self.turns,
        )

    def ring(self, **changes: Any) -> None:
        wanted = {
            "seat": "1001",
            "leg": "leg-b",
            "seconds": 15.0,
            "caller": "13937512345",
            "title": "热线",
            "call": "leg-a",
        }
        self.switch.ring(**{**wanted, **changes})

    def dial(self, **changes: Any) -> None:
        wanted = {
            "number": "110",
            "trunk": "police",
            "leg": "leg-b",
            "seconds": 60.0,
            "caller": "13937512345",
            "title": "12345 热线",
            "call": "leg-a",
        }
        self.switch.dial(**{**wanted, **changes})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("prompts")


@pytest.fixture
def room(folder: Path) -> Room:
    return Room(folder)


class TestRinging:
    def test_the_seats_leg_has_the_offers_name_and_waits_parked(self, room: Room) -> None:
        room.ring()
        ((command, arguments),) = room.link.said
        assert command == "originate"
        assert "origination_uuid=leg-b" in arguments
        assert arguments.endswith("}user/1001@city.switchd &park()")
        wait_until(lambda: room.told == [on.SeatAnswered("leg-b")])

    def test_a_withheld_number_is_shown_as_anonymous(self, room: Room) -> None:
        room.ring(caller="")
        assert "origination_caller_id_number=anonymous" in room.link.said[0][1]

    @given(title=st.text(max_size=40))
    def test_no_title_can_be_taken_for_anything_else(self, folder: Path, title: str) -> None:
        room = Room(folder)
        room.ring(title=title.replace("\ud800", ""))
        variables, _, rest = room.link.said[0][1].rpartition("}")
        assert rest == "user/1001@city.switchd &park()"
        assert variables.count("{") == 1
        assert variables.replace("\\,", "").count(",") <= 11
        assert not set(variables) & set("\r\n\0'\"$[]<>|")

    def test_a_phone_that_does_not_take_the_call_is_told_by_its_cause(self, room: Room) -> None:
        room.link.job = "-ERR USER_BUSY"
        room.ring()
        wait_until(lambda: room.told == [on.SeatFailed("leg-b", "USER_BUSY")])

    def test_a_phone_that_was_never_rung_is_free_for_the_next(
        self, room: Room, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(turns, "PARTING_SECONDS", 60.0)
        room.link.error = CommandFailed("originate", "-ERR")
        with pytest.raises(SwitchError):
            room.ring()
        room.link.error = None
        with gevent.Timeout(5):
            room.ring(leg="leg-c")

    def test_a_phone_that_was_busy_when_the_connection_was_lost_is_not_rung(
        self, room: Room, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Meanwhile the caller has been told that nobody rings, and the next seat rings."""
        monkeypatch.setattr(turns, "PARTING_SECONDS", 60.0)
        room.ring()
        rings = gevent.spawn(room.ring, leg="leg-c")
        gevent.sleep(0)
        room.turns.doubt()
        room.turns.compare(())
        with gevent.Timeout(5), pytest.raises(SwitchAway):
            rings.get()
        assert "leg-c" not in str(room.link.said)

    def test_a_result_that_does_not_come_is_a_failure_in_the_end(self, room: Room) -> None:
        room.link.job = CommandTimeout("originate: not ended")
        room.ring()
        wait_until(lambda: room.told == [on.SeatFailed("leg-b", "RECOVERY_ON_TIMER_EXPIRE")])

    def test_a_link_that_falls_meanwhile_says_nothing_about_the_phone(self, room: Room) -> None:
        room.link.job = NotConnected("gone")
        room.ring()
        room.link.job = "-ERR USER_BUSY"
        room.ring(leg="leg-c")
        wait_until(lambda: room.told)
        assert room.told == [on.SeatFailed("leg-c", "USER_BUSY")]


class TestDialling:
    def test_a_number_is_rung_at_the_trunks_proxy(self, room: Room) -> None:
        room.dial()
        ((command, arguments),) = room.link.said
        assert command == "originate"
        assert "origination_uuid=leg-b" in arguments
        assert "switchd_kind=forward" in arguments
        assert arguments.endswith("}sofia/trunk/110@10.0.0.9:5060 &park()")
        wait_until(lambda: room.told == [on.SeatAnswered("leg-b")])

    def test_a_seat_that_is_reached_by_a_number_is_a_seat(self, room: Room) -> None:
        room.dial(seat="3001")
        ((_, arguments),) = room.link.said
        assert "switchd_kind=seat" in arguments
        assert "switchd_seat=3001" in arguments

    def test_the_other_side_can_be_told_more_in_headers(self, room: Room) -> None:
        room.dial(headers={"X-Switchd-Call": "leg-a", "X-Switchd-Line": "热线, 12345"})
        ((_, arguments),) = room.link.said
        assert "sip_h_X-Switchd-Call=leg-a" in arguments
        assert "sip_h_X-Switchd-Line=热线\\,\\s12345" in arguments

    @pytest.mark.parametrize("number", ["", "110@evil", "110 &hangup()", "${x}", "1" * 25, "110\n"])
    def test_what_is_no_number_is_not_dialled(self, room: Room, number: str) -> None:
        with pytest.raises(SwitchError, match="no number"):
            room.dial(number=number)
        assert room.link.said == []

    @pytest.mark.parametrize("trunk", ["inbound", "nobody's"])
    def test_a_trunk_without_a_proxy_is_told(self, room: Room, trunk: str) -> None:
        with pytest.raises(SwitchError, match="has no proxy"):
            room.dial(trunk=trunk)


class TestPlaying:
    def test_several_prompts_are_one_file_string(self, room: Room) -> None:
        room.switch.play("leg-a", ("all_busy", "survey"), "leg-a/1", interrupt=True)
        zh = room.folder / "zh"
        assert room.link.said == [
            ("uuid_break", "leg-a all"),
            ("leg-a", "playback", f"file_string://{zh}/all_busy.wav!{zh}/survey.wav"),
        ]

    def test_a_missing_prompt_is_left_out(self, room: Room) -> None:
        room.switch.play("leg-a", ("nonsense", "survey"), "leg-a/1", interrupt=False)
        assert room.link.said == [("leg-a", "playback", f"{room.folder}/zh/survey.wav")]

    def test_nothing_but_missing_prompts_is_an_error_that_names_them(self, room: Room) -> None:
        with pytest.raises(SwitchError, match="nonsense"):
            room.switch.play("leg-a", ("nonsense",), "leg-a/1", interrupt=False)

    def test_the_survey_takes_one_of_its_keys(self, room: Room) -> None:
        room.switch.collect("leg-a", ("survey",), ("survey_invalid",), "1234", 8.0, 2, "leg-a/2")
        ((_, application, argument),) = room.link.said
        assert application == "play_and_get_digits"
        assert argument.startswith("1 1 2 8000 none ")
        assert argument.endswith(" switchd_key [1234] 3000")


class TestWhatGoesWrong:
    @pytest.mark.parametrize(
        ("error", "told"),
        [
            (CommandFailed("uuid_kill", "-ERR No such channel!"), LegGone),
            (CommandFailed("uuid_bridge", "-ERR Invalid uuid"), LegGone),
            (CommandFailed("execute", "-ERR invalid session id [leg-a]"), LegGone),
            (CommandFailed("uuid_record", "-ERR Cannot record session!"), SwitchError),
            (NotConnected("gone"), SwitchAway),
            (CommandTimeout("no reply"), SwitchAway),
        ],
    )
    def test_is_told_in_the_calls_words(
        self, room: Room, error: EslError, told: type[Exception]
    ) -> None:
        room.link.error = error
        with pytest.raises(SwitchError) as caught:
            room.switch.hang_up("leg-a", "NORMAL_CLEARING")
        assert type(caught.value) is told


class TestCallingBack:
    def calls(self, room: Room, **changes: Any) -> str:
        """What the switch is told."""
        wanted: dict[str, Any] = {
            "number": "13937512345",
            "trunk": "police",
            "leg": "callback-7-1",
            "seconds": 30.0,
            "shown": "12345",
            "facts": {"switchd_caller": "13937512345"},
        }
        room.switch.call_back(**{**wanted, **changes})
        ((command, arguments),) = room.link.said
        assert command == "originate"
        return arguments

    def test_the_leg_has_all_that_the_dialplan_gives_to_a_callers(self, room: Room) -> None:
        arguments = self.calls(room)
        assert arguments.endswith("}sofia/trunk/13937512345@10.0.0.9:5060 &park()")
        for part in (
            "switchd_kind=callback",
            "api_hangup_hook=lua\\sended_alone.lua",
            "park_after_bridge=true",
            "hangup_after_bridge=false",
            "RECORD_STEREO=true",
            "origination_caller_id_number=12345",
            "origination_uuid=callback-7-1",
            "switchd_caller=13937512345",
        ):
            assert part in arguments

    @pytest.mark.parametrize("number", ["", "1 &hangup", "110\n", "1" * 25, "${x}"])
    def test_nothing_but_digits_is_dialled(self, room: Room, number: str) -> None:
        with pytest.raises(SwitchError, match="no number"):
            self.calls(room, number=number)

    def test_a_trunk_that_takes_no_calls_is_told(self, room: Room) -> None:
        with pytest.raises(SwitchError, match="no proxy"):
            self.calls(room, trunk="inbound")

    def test_without_a_trunk_it_is_the_phone_of_a_seat(self, room: Room) -> None:
        arguments = self.calls(room, number="1301", trunk="")
        assert arguments.endswith("}user/1301@city.switchd &park()")

    @pytest.mark.parametrize("number", ["", "1 &hangup", "1301@evil", "${x}"])
    def test_nothing_but_an_extension_is_rung(self, room: Room, number: str) -> None:
        with pytest.raises(SwitchError, match="no extension"):
            self.calls(room, number=number, trunk="")


class TestAMessage:
    def test_is_recorded_until_hash_silence_or_its_longest_length(
        self, folder: Path, tmp_path: Path
    ) -> None:
        room = Room(folder)
        room.switch._recordings = tmp_path
        room.switch.tag = lambda leg, facts: room.link.said.append((leg, str(facts)))
        room.switch.record_message("leg-a", "voicemail/2026/11/22/a.wav", 120.0, 5.0, "leg-a/3")
        tagged, recorded = room.link.said
        assert tagged == ("leg-a", "{'playback_terminators': '#'}")
        assert recorded == ("leg-a", "record", f"{tmp_path}/voicemail/2026/11/22/a.wav 120 200 5")

    def test_lies_in_folders_that_freeswitch_may_write_to(
        self, folder: Path, tmp_path: Path
    ) -> None:
        room = Room(folder)
        room.switch._recordings = tmp_path
        room.switch.tag = lambda leg, facts: None
        room.switch.record_message("leg-a", "voicemail/2026/a.wav", 120.0, 5.0, "leg-a/3")
        made = tmp_path / "voicemail" / "2026"
        assert made.stat().st_mode & 0o7777 == 0o2770
        assert made.parent.stat().st_mode & 0o7777 == 0o2770


class TestANumberToBeTyped:
    def test_ends_with_hash_and_has_only_digits(self, room: Room) -> None:
        room.switch.collect_number(
            "leg-a", ("survey",), ("survey_invalid",), (7, 12), 8.0, 3, "leg-a/2", interrupt=True
        )
        stopped, (_, application, arguments) = room.link.said
        assert stopped == ("uuid_break", "leg-a all")
        assert application == "play_and_get_digits"
        assert arguments.startswith("7 12 3 8000 # ")
        assert arguments.endswith(" switchd_key [0-9]+ 8000")


class TestAPhoneAtAnotherNode:
    def room(self, folder: Path) -> Room:
        room = Room(folder)
        room.switch = FreeSwitch(
            lambda: cast(Link, room.link),
            lambda language: PromptLibrary([folder], language or "zh", "zh"),
            domain="city.switchd",
            proxies={},
            own="north",
            peers={"south": "10.20.0.12:5080"},
            recordings=Path("/recordings"),
            deliver=lambda leg, event: room.told.append(event),
            turns=Turns(),
        )
        return room

    def test_is_rung_through_its_freeswitch_and_shows_the_same(self, folder: Path) -> None:
        room = self.room(folder)
        room.ring(home="south")
        room.ring(home="north")
        (_, there), (_, here) = room.link.said
        assert there.endswith("}sofia/peers/1001@10.20.0.12:5080;transport=udp &park()")
        assert here.endswith("}user/1001@city.switchd &park()")
        offer = "sip_h_X-switchd-offer=leg-b,"
        assert there.partition("}")[0].replace(offer, "") == here.partition("}")[0]

    def test_that_another_seat_calls_is_rung_through_it_as_well(self, folder: Path) -> None:
        room = self.room(folder)
        leg = "outgoing-1002-1800000000000"
        room.switch.call_back("1001", "", leg, 15.0, "1002", {}, "south")
        ((_, arguments),) = room.link.said
        assert arguments.endswith("}sofia/peers/1001@10.20.0.12:5080;transport=udp &park()")
        assert f"sip_h_X-switchd-offer={leg}," in arguments

    def test_at_a_node_that_nobody_knows_it_cannot_be_rung(self, folder: Path) -> None:
        room = self.room(folder)
        with pytest.raises(SwitchError, match="seat 1001 is at west, which is none of the city"):
            room.ring(home="west")
        assert room.link.said == []

    def test_what_is_no_extension_is_not_dialled(self, folder: Path) -> None:
        room = self.room(folder)
        with pytest.raises(SwitchError, match="no extension"):
            room.ring(home="south", seat="1001@evil&x")
        assert room.link.said == []
