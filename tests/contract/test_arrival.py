"""A call comes in over the trunk (recorded traffic 01, 11)."""

from __future__ import annotations

from tests.contract.client import Client
from tests.contract.scene import CALLER, Scene

HANGUP_STORY = "CHANNEL_HANGUP CHANNEL_HANGUP_COMPLETE CHANNEL_DESTROY"


class TestACallFromTheTrunk:
    def test_is_created_runs_the_dialplan_and_parks(self, scene: Scene, esl: Client) -> None:
        _, leg = scene.parked()
        story = esl.story(leg)
        assert story[0] == "CHANNEL_CREATE"
        assert story[-2:] == ["CHANNEL_EXECUTE", "CHANNEL_PARK"]
        last = [event for event in esl.seen if event["Event-Name"] == "CHANNEL_EXECUTE"][-1]
        assert last["Application"] == "park"

    def test_park_tells_who_calls_and_what_was_dialled(self, scene: Scene, esl: Client) -> None:
        _, leg = scene.parked(dialled="12319")
        park = esl.event("CHANNEL_PARK", leg)
        assert park["Caller-Caller-ID-Number"] == CALLER
        assert park["Caller-Destination-Number"] == "12319"
        assert park["Call-Direction"] == "inbound"
        assert park["Channel-State"] == "CS_EXECUTE"
        assert park["Answer-State"] == "ringing"
        assert park["Caller-Unique-ID"] == leg

    def test_the_dialplan_has_set_switchds_variables(self, scene: Scene, esl: Client) -> None:
        _, leg = scene.parked(dialled="12345")
        park = esl.event("CHANNEL_PARK", leg)
        assert park["variable_switchd_kind"] == "caller"
        assert park["variable_switchd_called"] == "12345"
        assert park["variable_switchd_city"]
        assert park["variable_switchd_trunk"]
        assert park["variable_hangup_after_bridge"] == "false"

    def test_every_event_has_core_sequence_and_time(self, scene: Scene, esl: Client) -> None:
        scene.answered()
        assert len({event["Core-UUID"] for event in esl.seen}) == 1
        numbers = [int(event["Event-Sequence"]) for event in esl.seen]
        assert numbers == sorted(set(numbers))
        assert all(int(event["Event-Date-Timestamp"]) > 10**15 for event in esl.seen)

    def test_answering_is_reported_and_its_execute_completes_under_the_given_id(
        self, scene: Scene, esl: Client
    ) -> None:
        _, leg = scene.answered()
        done = esl.event("CHANNEL_EXECUTE_COMPLETE", leg, Application="answer")
        assert done["Application-UUID"] == "answer-1"
        assert done["Application-Response"] == "_none_"
        assert esl.event("CHANNEL_ANSWER", leg)["Answer-State"] == "answered"
        assert done["Channel-Call-State"] == "ACTIVE"


class TestACallerWhoHangsUp:
    def test_before_the_answer_is_an_originator_cancel(self, scene: Scene, esl: Client) -> None:
        caller, leg = scene.parked()
        caller.hang_up()
        end = esl.event("CHANNEL_HANGUP_COMPLETE", leg)
        assert end["Hangup-Cause"] == "ORIGINATOR_CANCEL"
        assert end["variable_sip_hangup_disposition"] == "recv_cancel"
        assert int(end["Caller-Channel-Answered-Time"]) == 0

    def test_after_the_answer_is_normal_clearing_by_the_far_end(
        self, scene: Scene, esl: Client
    ) -> None:
        caller, leg = scene.answered()
        caller.hang_up()
        end = esl.event("CHANNEL_HANGUP_COMPLETE", leg)
        assert end["Hangup-Cause"] == "NORMAL_CLEARING"
        assert end["variable_hangup_cause"] == "NORMAL_CLEARING"
        assert end["variable_sip_hangup_disposition"] == "recv_bye"
        assert int(end["variable_end_uepoch"]) >= int(end["variable_answer_uepoch"]) > 0
        assert caller.ended.wait(5)

    def test_in_the_middle_of_music_ends_playback_then_park_then_the_leg(
        self, scene: Scene, esl: Client
    ) -> None:
        caller, leg = scene.waiting()
        caller.hang_up()
        esl.event("CHANNEL_DESTROY", leg)
        story = esl.story(leg)
        assert story[story.index("CHANNEL_HANGUP") :] == [
            "CHANNEL_HANGUP",
            "PLAYBACK_STOP",
            "CHANNEL_EXECUTE_COMPLETE",
            "CHANNEL_UNPARK",
            "CHANNEL_EXECUTE_COMPLETE",
            "CHANNEL_HANGUP_COMPLETE",
            "CHANNEL_DESTROY",
        ]
        done = esl.event("CHANNEL_EXECUTE_COMPLETE", leg, Application_UUID="music")
        assert done["Application-Response"] == "PLAYBACK ERROR"


class TestTheSwitchHangsUp:
    def test_an_unanswered_call_is_refused(self, scene: Scene, esl: Client) -> None:
        caller, leg = scene.parked()
        assert esl.api(f"uuid_kill {leg} CALL_REJECTED") == "+OK\n"
        end = esl.event("CHANNEL_HANGUP_COMPLETE", leg)
        assert end["Hangup-Cause"] == "CALL_REJECTED"
        assert end["variable_sip_hangup_disposition"] == "send_refuse"
        assert caller.ended.wait(5)

    def test_sendmsg_hangup_ends_an_answered_call_with_the_given_cause(
        self, scene: Scene, esl: Client
    ) -> None:
        caller, leg = scene.answered()
        message = f"sendmsg {leg}\ncall-command: hangup\nhangup-cause: NORMAL_CLEARING"
        assert esl.send(message).text == "+OK"
        end = esl.event("CHANNEL_HANGUP_COMPLETE", leg)
        assert end["variable_sip_hangup_disposition"] == "send_bye"
        assert esl.story(leg, of=HANGUP_STORY) == HANGUP_STORY.split()
        assert caller.ended.wait(5)
