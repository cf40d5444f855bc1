"""What a caller hears, and the keys a caller presses (recorded traffic 01, 11)."""

from __future__ import annotations

import wave
from pathlib import Path

import pytest

from tests.contract.client import Client, Heard
from tests.contract.scene import Scene

TONE = "tone_stream://%(300,100,440)"


@pytest.fixture
def prompt(tmp_path: Path) -> str:
    """A sound file of a fifth of a second."""
    path = tmp_path / "greeting.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(2 * 1600))
    return str(path)


def completed(esl: Client, leg: str, execution: str) -> Heard:
    return esl.event("CHANNEL_EXECUTE_COMPLETE", leg, Application_UUID=execution)


def plays(esl: Client, leg: str) -> list[tuple[str, str, str]]:
    """What was played in which order: event, Application-UUID, Application-Response."""
    return [
        (event["Event-Name"], event["Application-UUID"], event.get("Application-Response", ""))
        for event in esl.seen
        if event.get("Unique-ID") == leg and event.get("Application") == "playback"
    ]


class TestPlayback:
    def test_a_file_plays_to_its_end(self, scene: Scene, esl: Client, prompt: str) -> None:
        _, leg = scene.answered()
        esl.execute(leg, "playback", prompt, execution="greet")
        done = completed(esl, leg, "greet")
        assert done["Application-Response"] == "FILE PLAYED"
        assert done["Application-Data"] == prompt
        assert esl.story(leg, of="PLAYBACK_START PLAYBACK_STOP") == [
            "PLAYBACK_START",
            "PLAYBACK_STOP",
        ]

    def test_several_files_play_as_one(self, scene: Scene, esl: Client, prompt: str) -> None:
        _, leg = scene.answered()
        esl.execute(leg, "playback", f"file_string://{prompt}!{prompt}", execution="two")
        assert completed(esl, leg, "two")["Application-Response"] == "FILE PLAYED"

    def test_a_missing_file_is_reported_and_the_call_goes_on(
        self, scene: Scene, esl: Client
    ) -> None:
        _, leg = scene.answered()
        esl.execute(leg, "playback", "/no/such/file.wav", execution="missing")
        assert completed(esl, leg, "missing")["Application-Response"] == "FILE NOT FOUND"
        assert esl.api(f"uuid_exists {leg}") == "true"

    def test_of_several_files_those_that_are_there_are_played(
        self, scene: Scene, esl: Client, prompt: str
    ) -> None:
        _, leg = scene.answered()
        esl.execute(leg, "playback", f"file_string:///no/such.wav!{prompt}", execution="some")
        assert completed(esl, leg, "some")["Application-Response"] == "FILE PLAYED"
        esl.execute(leg, "playback", "file_string:///no/a.wav!/no/b.wav", execution="none")
        assert completed(esl, leg, "none")["Application-Response"] == "FILE NOT FOUND"

    def test_music_plays_until_it_is_broken(self, scene: Scene, esl: Client) -> None:
        _, leg = scene.waiting()
        assert esl.api(f"uuid_break {leg} all").startswith("+OK")
        assert completed(esl, leg, "music")["Application-Response"] == "FILE PLAYED"

    def test_what_is_executed_right_behind_a_break_plays_when_the_music_has_ended(
        self, scene: Scene, esl: Client, prompt: str
    ) -> None:
        _, leg = scene.waiting()
        esl.api(f"uuid_break {leg} all")
        esl.execute(leg, "playback", prompt, execution="announcement")
        completed(esl, leg, "announcement")
        assert plays(esl, leg) == [
            ("CHANNEL_EXECUTE", "music", ""),
            ("CHANNEL_EXECUTE_COMPLETE", "music", "FILE PLAYED"),
            ("CHANNEL_EXECUTE", "announcement", ""),
            ("CHANNEL_EXECUTE_COMPLETE", "announcement", "FILE PLAYED"),
        ]

    def test_a_break_ends_all_that_is_nested_the_innermost_first(
        self, scene: Scene, esl: Client, prompt: str
    ) -> None:
        _, leg = scene.waiting()
        esl.execute(leg, "playback", "silence_stream://-1", execution="nested")
        esl.event("CHANNEL_EXECUTE", leg, Application_UUID="nested")
        esl.api(f"uuid_break {leg} all")
        esl.execute(leg, "playback", prompt, execution="announcement")
        completed(esl, leg, "announcement")
        assert plays(esl, leg)[2:] == [
            ("CHANNEL_EXECUTE_COMPLETE", "nested", "FILE PLAYED"),
            ("CHANNEL_EXECUTE_COMPLETE", "music", "FILE PLAYED"),
            ("CHANNEL_EXECUTE", "announcement", ""),
            ("CHANNEL_EXECUTE_COMPLETE", "announcement", "FILE PLAYED"),
        ]

    def test_a_break_when_nothing_plays_does_not_cut_what_comes_next(
        self, scene: Scene, esl: Client, prompt: str
    ) -> None:
        _, leg = scene.answered()
        esl.api(f"uuid_break {leg} all")
        esl.execute(leg, "playback", prompt, execution="announcement")
        completed(esl, leg, "announcement")
        assert esl.event("PLAYBACK_STOP", leg)["Playback-Status"] == "done"

    def test_an_execute_while_music_plays_is_nested_and_the_music_goes_on(
        self, scene: Scene, esl: Client, prompt: str
    ) -> None:
        _, leg = scene.waiting()
        esl.execute(leg, "playback", prompt, execution="announcement")
        completed(esl, leg, "announcement")
        done = [
            event["Application-UUID"]
            for event in esl.seen
            if event["Event-Name"] == "CHANNEL_EXECUTE_COMPLETE" and "Application-UUID" in event
        ]
        assert "music" not in done


class TestKeys:
    def ask(
        self,
        esl: Client,
        leg: str,
        tries: int = 1,
        timeout: int = 3000,
        reproach: str = "silence_stream://100",
        execution: str = "ask",
    ) -> None:
        arg = f"1 1 {tries} {timeout} none {TONE} {reproach} choice [1-5]"
        assert esl.execute(leg, "play_and_get_digits", arg, execution=execution).text == "+OK"
        esl.event("CHANNEL_EXECUTE", leg, Application_UUID=execution)

    def test_a_key_is_in_the_variable_when_the_question_completes(
        self, scene: Scene, esl: Client
    ) -> None:
        _, leg = scene.answered()
        self.ask(esl, leg)
        esl.event("PLAYBACK_STOP", leg)
        answer = esl.api(f"uuid_recv_dtmf {leg} 1")
        assert answer == f"+OK {leg} received DTMF 1.\n"
        done = completed(esl, leg, "ask")
        assert done["variable_choice"] == "1"
        assert done["variable_read_result"] == "success"
        assert done["Application-Response"] == "_none_"
        assert esl.event("DTMF", leg)["DTMF-Digit"] == "1"
        assert esl.api(f"uuid_getvar {leg} choice") == "1"

    def test_a_key_cuts_the_question_short(self, scene: Scene, esl: Client) -> None:
        _, leg = scene.answered()
        self.ask(esl, leg)
        esl.event("PLAYBACK_START", leg)
        esl.api(f"uuid_recv_dtmf {leg} 2")
        assert completed(esl, leg, "ask")["variable_choice"] == "2"

    def test_nobody_presses_anything(self, scene: Scene, esl: Client) -> None:
        _, leg = scene.answered()
        self.ask(esl, leg, timeout=1000)
        done = completed(esl, leg, "ask")
        assert "variable_choice" not in done
        assert done["variable_read_result"] == "failure"

    def test_only_a_wrong_key_is_no_answer(self, scene: Scene, esl: Client) -> None:
        _, leg = scene.answered()
        self.ask(esl, leg)
        esl.api(f"uuid_recv_dtmf {leg} 9")
        done = completed(esl, leg, "ask")
        assert "variable_choice" not in done
        assert done["variable_choice_invalid"] == "9"

    @pytest.mark.parametrize("key", ["", "9"], ids=["nothing", "a wrong key"])
    def test_the_answer_to_an_earlier_question_is_forgotten(
        self, scene: Scene, esl: Client, key: str
    ) -> None:
        _, leg = scene.answered()
        self.ask(esl, leg, execution="first")
        esl.api(f"uuid_recv_dtmf {leg} 4")
        assert completed(esl, leg, "first")["variable_choice"] == "4"
        self.ask(esl, leg, timeout=1000, execution="second")
        if key:
            esl.api(f"uuid_recv_dtmf {leg} {key}")
        assert "variable_choice" not in completed(esl, leg, "second")

    def test_a_key_pressed_before_the_question_does_not_answer_it(
        self, scene: Scene, esl: Client
    ) -> None:
        _, leg = scene.waiting()
        esl.api(f"uuid_recv_dtmf {leg} 2")
        esl.event("DTMF", leg)
        esl.api(f"uuid_break {leg} all")
        completed(esl, leg, "music")
        self.ask(esl, leg, timeout=1000)
        assert "variable_choice" not in completed(esl, leg, "ask")

    def test_a_key_pressed_during_the_reproach_answers_the_question(
        self, scene: Scene, esl: Client
    ) -> None:
        _, leg = scene.answered()
        reproach = "silence_stream://400"
        self.ask(esl, leg, tries=2, reproach=reproach)
        esl.api(f"uuid_recv_dtmf {leg} 9")
        esl.event("PLAYBACK_START", leg, Playback_File_Path=reproach)
        esl.api(f"uuid_recv_dtmf {leg} 2")
        done = completed(esl, leg, "ask")
        assert done["variable_choice"] == "2"

    def test_hanging_up_instead_completes_the_question_without_an_answer(
        self, scene: Scene, esl: Client
    ) -> None:
        caller, leg = scene.answered()
        self.ask(esl, leg)
        esl.event("PLAYBACK_START", leg)
        caller.hang_up()
        done = completed(esl, leg, "ask")
        assert "variable_choice" not in done
        assert done["Answer-State"] == "hangup"
        esl.event("CHANNEL_HANGUP_COMPLETE", leg)

    def test_a_wrong_key_is_reproached_and_the_question_comes_again(
        self, scene: Scene, esl: Client
    ) -> None:
        _, leg = scene.answered()
        self.ask(esl, leg, tries=2)
        esl.event("PLAYBACK_START", leg)
        esl.api(f"uuid_recv_dtmf {leg} 9")
        again = esl.wait_for(
            lambda event: (
                event["Event-Name"] == "PLAYBACK_START"
                and event.get("variable_choice_invalid") == "9"
                and TONE in event["Playback-File-Path"]
            ),
            "the question again",
        )
        assert again["Unique-ID"] == leg
        esl.api(f"uuid_recv_dtmf {leg} 3")
        assert completed(esl, leg, "ask")["variable_choice"] == "3"

    def test_a_missing_question_completes_at_once_without_an_answer(
        self, scene: Scene, esl: Client
    ) -> None:
        _, leg = scene.answered()
        arg = "1 1 2 60000 # /no/such.wav /no/such.wav choice [1-5]"
        esl.execute(leg, "play_and_get_digits", arg, execution="ask")
        assert "variable_choice" not in completed(esl, leg, "ask")
