"""What the daemon asks of the switch and hears from it, in both houses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from routing.callflow import events as on
from routing.monitoring import Mode
from routing.record import EndedBy
from switchd.calls.ports import LegGone, SwitchError
from switchd.switchboard.incoming import found_as
from switchd.switchboard.legs import Legs, doing
from switchd.switchboard.outgoing import FreeSwitch
from tests.contract.hotline import Hotline, until
from tests.contract.house import House
from tests.contract.scene import CALLER

GONE_COMMANDS: dict[str, Callable[[FreeSwitch], None]] = {
    "answer": lambda switch: switch.answer("gone"),
    "pick up": lambda switch: switch.pick_up("gone"),
    "play": lambda switch: switch.play("gone", ("thanks",), "gone/1", interrupt=False),
    "interrupt": lambda switch: switch.play("gone", ("thanks",), "gone/1", interrupt=True),
    "music": lambda switch: switch.music("gone", "moh", "gone/1", interrupt=True),
    "collect": lambda switch: switch.collect("gone", ("thanks",), ("thanks",), "1", 3, 1, "gone/1"),
    "tag": lambda switch: switch.tag("gone", {"switchd_state": "waiting"}),
    "bridge": lambda switch: switch.bridge("gone", "away"),
    "keep": lambda switch: switch.keep("gone"),
    "part": lambda switch: switch.part("gone", "away"),
    "park": lambda switch: switch.park("gone"),
    "confer": lambda switch: switch.confer("gone", "room"),
    "mute": lambda switch: switch.mute("gone", True),
    "listen": lambda switch: switch.listen("gone", "away", "gone/1"),
    "whisper": lambda switch: switch.whisper("gone", Mode.WHISPER),
    "record": lambda switch: switch.record("gone", "a.wav"),
    "stop recording": lambda switch: switch.stop_recording("gone", "a.wav"),
    "hang up": lambda switch: switch.hang_up("gone", "NORMAL_CLEARING"),
}


class TestALegThatIsGone:
    @pytest.mark.parametrize("command", GONE_COMMANDS)
    def test_is_told_from_a_switch_that_refuses(self, hotline: Hotline, command: str) -> None:
        with pytest.raises(LegGone):
            GONE_COMMANDS[command](hotline.switch)

    def test_a_command_that_cannot_be_is_a_refusal(self, hotline: Hotline) -> None:
        leg = hotline.answered()
        with pytest.raises(SwitchError) as refused:
            hotline.switch.stop_recording(leg, "never-begun.wav")
        assert not isinstance(refused.value, LegGone)


class TestACaller:
    def test_arrives_with_both_numbers_and_the_trunk(self, hotline: Hotline) -> None:
        leg = hotline.answered()
        arrival = hotline.notes.arrivals[leg]
        assert (arrival.caller, arrival.called, arrival.privacy) == (CALLER, "12345", False)
        assert arrival.trunk

    def test_who_hangs_up_has_ended_the_call(self, hotline: Hotline) -> None:
        leg = hotline.answered()
        hotline.caller.hang_up()
        gone = hotline.notes.wait(leg, on.CallerGone)
        assert gone == on.CallerGone("NORMAL_CLEARING", EndedBy.CALLER)

    def test_who_hangs_up_during_an_announcement_has_not_heard_it(self, hotline: Hotline) -> None:
        leg = hotline.answered()
        hotline.switch.music(leg, hotline.house.music.partition("://")[2], f"{leg}/1", False)
        hotline.caller.hang_up()
        hotline.notes.wait(leg, on.CallerGone)
        assert not any(isinstance(event, on.Played) for _, event in hotline.notes.told)


class Heir:
    """A later owner, who is told what a leg is."""

    def __init__(self) -> None:
        self.event: on.Found | None = None

    def found(self, leg: str, event: on.Found) -> None:
        self.event = event


def music_on(hotline: Hotline, leg: str) -> str:
    """The music that a later owner would find on the leg of a caller who waits."""
    heir: Any = Heir()
    found_as(heir, leg, Legs(hotline.link).variables(leg))
    assert isinstance(heir.event, on.Resumed)
    return heir.event.music


class TestACallerWhoWaits:
    def test_is_found_with_the_music_that_goes_on(self, hotline: Hotline) -> None:
        leg = hotline.answered()
        music = hotline.house.music.partition("://")[2]
        hotline.switch.tag(leg, {"switchd_state": "waiting", "switchd_queued_at": "1800000000.000"})
        assert music_on(hotline, leg) == ""
        hotline.switch.music(leg, music, f"{leg}/1", False)
        until(lambda: music_on(hotline, leg) == music, "music")
        hotline.link.api("uuid_break", f"{leg} all")
        assert hotline.notes.wait(leg, on.Played) == on.Played(f"{leg}/1")
        assert music_on(hotline, leg) == ""

    def test_is_found_without_music_during_an_announcement(self, hotline: Hotline) -> None:
        leg = hotline.answered()
        hotline.switch.tag(leg, {"switchd_state": "waiting", "switchd_queued_at": "1800000000.000"})
        hotline.switch.music(leg, hotline.house.music.partition("://")[2], f"{leg}/1", False)
        hotline.switch.play(leg, ("thanks",), f"{leg}/2", interrupt=True)
        hotline.notes.wait(leg, on.Played)
        assert music_on(hotline, leg) == ""


class TestASurvey:
    def test_takes_the_key(self, hotline: Hotline, house: House) -> None:
        leg = hotline.answered()
        hotline.asks(leg, f"{leg}/1")
        house.esl().api(f"uuid_recv_dtmf {leg} 5")
        assert hotline.notes.wait(leg, on.Collected) == on.Collected(f"{leg}/1", "5")

    def test_without_an_answer_has_no_key_not_even_that_of_an_earlier_one(
        self, hotline: Hotline, house: House
    ) -> None:
        leg = hotline.answered()
        hotline.asks(leg, f"{leg}/1")
        house.esl().api(f"uuid_recv_dtmf {leg} 5")
        hotline.notes.wait(leg, on.Collected)
        hotline.asks(leg, f"{leg}/2")
        nothing = (leg, on.Collected(f"{leg}/2", ""))
        until(lambda: nothing in hotline.notes.told, f"{nothing} among {hotline.notes.told}")


class TestALineThatIsPickedUp:
    def test_stays_so_though_the_next_command_comes_at_once(self, hotline: Hotline) -> None:
        """As when a number that a seat has dialled is busy, or is picked up, in some milliseconds:
        a break goes before the prompt, and before the bridge."""
        leg = hotline.arrived()
        hotline.switch.pick_up(leg)
        hotline.switch.play(leg, ("thanks",), f"{leg}/1", interrupt=True)
        hotline.notes.wait(leg, on.Played)
        assert hotline.link.api("uuid_getvar", f"{leg} endpoint_disposition") == "ANSWER"


class TestMusic:
    def test_makes_way_for_an_announcement(self, hotline: Hotline, house: House) -> None:
        leg = hotline.answered()
        hotline.switch.music(leg, house.music.partition("://")[2], f"{leg}/1", False)
        hotline.switch.play(leg, ("thanks", "question"), f"{leg}/2", interrupt=True)
        done = (leg, on.Played(f"{leg}/2"))
        until(lambda: done in hotline.notes.told, f"{done} among {hotline.notes.told}")


class TestASeat:
    def test_sees_who_calls_and_which_line(self, hotline: Hotline, house: House) -> None:
        house.seat("1001", no_answer=True)
        listener = house.esl()
        hotline.ring(5.0, "市城管局, 原12319 热线")
        created = listener.event("CHANNEL_CREATE", "seat")
        assert created["Caller-Caller-ID-Number"] == CALLER
        assert created["Caller-Caller-ID-Name"] == "市城管局, 原12319 热线"
        assert created["variable_switchd_call"] == "call"

    @pytest.mark.parametrize(
        ("phone", "cause"),
        [
            ("busy", "USER_BUSY"),
            ("refuses", "CALL_REJECTED"),
            ("no_answer", "NO_ANSWER"),
            ("silent", "NO_ANSWER"),
            ("unplugged", "NORMAL_TEMPORARY_FAILURE"),
        ],
    )
    def test_that_cannot_take_the_call_fails_with_the_cause(
        self, hotline: Hotline, house: House, phone: str, cause: str
    ) -> None:
        house.seat("1001", **{phone: True})
        hotline.ring(1.0)
        assert hotline.notes.wait("seat", on.SeatFailed) == on.SeatFailed("seat", cause)

    def test_that_registers_is_reachable(self, hotline: Hotline, house: House) -> None:
        house.seat("1001")
        until(lambda: hotline.notes.phones.get("1001", False), "registration of 1001")


class TestWhatALegDoes:
    """What `show channels` tells a daemon that finds calls when it starts."""

    def test_is_seen_through_the_names_of_what_it_did(self, hotline: Hotline, house: House) -> None:
        house.seat("1001")
        esl = house.esl()
        leg = hotline.answered()

        def does(what: str) -> bool:
            return bool(esl.rows("channels", lambda row: row["uuid"] == leg and doing(row) == what))

        esl.rows("channels", lambda row: row["application"] == "answer")
        assert does("park")
        hotline.switch.music(leg, house.music.partition("://")[2], f"{leg}/1", False)
        assert does("playback")
        hotline.ring(5.0)
        hotline.notes.wait("seat", on.SeatAnswered)
        hotline.switch.bridge(leg, "seat")
        assert does("talk")
        hotline.switch.hang_up("seat", "NORMAL_CLEARING")
        assert does("park")
        hotline.asks(leg, f"{leg}/2")
        assert does("play_and_get_digits")


class TestATalk:
    def test_the_caller_ends(self, hotline: Hotline, house: House) -> None:
        house.seat("1001")
        leg = hotline.talking()
        hotline.caller.hang_up()
        gone = hotline.notes.wait(leg, on.CallerGone)
        assert gone == on.CallerGone("NORMAL_CLEARING", EndedBy.CALLER)
        seat_gone = hotline.notes.wait("seat", on.SeatGone)
        assert seat_gone == on.SeatGone("seat", "NORMAL_CLEARING", by_seat=False)
        assert (leg, on.CallerBack()) not in hotline.notes.told

    def test_the_seat_ends(self, hotline: Hotline, house: House) -> None:
        phone = house.seat("1001")
        leg = hotline.talking()
        phone.hang_up()
        seat_gone = hotline.notes.wait("seat", on.SeatGone)
        assert seat_gone == on.SeatGone("seat", "NORMAL_CLEARING", by_seat=True)
        hotline.notes.wait(leg, on.CallerBack)


class TestAPhoneThatIsRungAgain:
    @pytest.mark.parametrize("rings_on", [False, True], ids=["picked up", "ringing"])
    def test_has_no_call_any_more(self, hotline: Hotline, house: House, rings_on: bool) -> None:
        """FreeSWITCH could send the INVITE before the BYE or CANCEL that was asked for first."""
        witness = house.esl(
            "CHANNEL_CREATE CHANNEL_PROGRESS CHANNEL_ANSWER CHANNEL_HANGUP_COMPLETE"
        )
        house.seat("1001", no_answer=rings_on)
        hotline.ring(10.0, leg="first")
        witness.event("CHANNEL_PROGRESS" if rings_on else "CHANNEL_ANSWER", "first")
        hotline.switch.hang_up("first", "ORIGINATOR_CANCEL")
        hotline.ring(10.0, leg="second")
        witness.event("CHANNEL_CREATE", "second")
        told = [(event["Event-Name"], event.get("Unique-ID")) for event in witness.seen]
        assert told.index(("CHANNEL_HANGUP_COMPLETE", "first")) < told.index(
            ("CHANNEL_CREATE", "second")
        )
        hotline.switch.hang_up("second", "ORIGINATOR_CANCEL")
        witness.event("CHANNEL_HANGUP_COMPLETE", "second")


class TestAGlobalVariable:
    def test_that_is_set_is_told_to_every_client(self, hotline: Hotline, house: House) -> None:
        """So a daemon hears at once that another one has taken over."""
        heard: list[tuple[str, str]] = []
        hotline.link.on_variable = lambda name, value: heard.append((name, value))
        other = house.esl("BACKGROUND_JOB")
        assert hotline.link.set_variable("switchd_test", "0ab")
        told = other.wait_for(lambda event: event.get("Job-Command") == "global_setvar")
        assert told["Job-Command-Arg"] == "switchd_test=0ab"
        until(lambda: bool(heard), "it hears of it itself")
        assert heard == [("switchd_test", "0ab")]
        assert hotline.link.variable("switchd_test") == "0ab"

    def test_is_told_whoever_sets_it(self, hotline: Hotline, house: House) -> None:
        heard: list[str] = []
        hotline.link.on_variable = lambda name, value: heard.append(value)
        house.esl().bgapi("global_setvar switchd_test=another", "a-job")
        until(lambda: heard == ["another"], "another client's")
