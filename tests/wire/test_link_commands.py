"""Commands and jobs on a link to a FreeSWITCH that does what a test tells it to."""

from __future__ import annotations

from collections.abc import Callable

import gevent
import pytest
from gevent.event import Event as Flag

from switchd.esl.commands import Api, Hangup
from switchd.esl.connection import AT_ONCE
from switchd.esl.errors import CommandFailed, CommandTimeout, NotConnected, UnsafeArgument
from switchd.esl.events import BackgroundJob
from tests.wire.conftest import Linked, asking, started
from tests.wire.peer import (
    PATIENCE,
    api_response,
    body,
    job_end,
    json_event,
    plain_event,
    reply,
    until,
)

MakeLinked = Callable[..., Linked]


class TestReplies:
    def test_they_go_to_their_commands_in_order(self, linked: MakeLinked) -> None:
        ours = linked()
        said = ours.up()
        waiting = [asking(ours, f"echo{n}") for n in range(5)]
        for n in range(5):
            said.expect(f"api echo{n}")
        said.say(*[api_response(f"answer {n}\n") for n in range(5)])
        assert [each.get(timeout=PATIENCE) for each in waiting] == [f"answer {n}" for n in range(5)]

    def test_an_api_command_may_be_answered_by_a_command_reply(self, linked: MakeLinked) -> None:
        ours = linked()
        said = ours.up()
        waiting = asking(ours, "nosuch")
        said.expect("api nosuch", reply("-ERR command not found"))
        with pytest.raises(CommandFailed, match="nosuch: -ERR command not found") as failure:
            waiting.get(timeout=PATIENCE)
        assert failure.value.text == "-ERR command not found"

    @pytest.mark.parametrize("answer", ["-ERR No such channel!\n", "-USAGE: <uuid> <var>\n"])
    def test_a_refusal_is_an_error_with_freeswitchs_words(
        self, linked: MakeLinked, answer: str
    ) -> None:
        ours = linked()
        said = ours.up()
        waiting = asking(ours)
        said.expect("api status", api_response(answer))
        with pytest.raises(CommandFailed) as failure:
            waiting.get(timeout=PATIENCE)
        assert failure.value.text == answer.strip()

    def test_send_returns_a_refusal_as_a_reply(self, linked: MakeLinked) -> None:
        ours = linked()
        said = ours.up()
        waiting = gevent.spawn(ours.link.send, Hangup("none"))
        said.expect("sendmsg none", reply("-ERR invalid session id [none]"))
        answer = waiting.get(timeout=PATIENCE)
        assert (answer.ok, answer.text) == (False, "-ERR invalid session id [none]")

    def test_an_execution_on_a_leg_that_is_gone_fails(self, linked: MakeLinked) -> None:
        ours = linked()
        said = ours.up()
        waiting = gevent.spawn(ours.link.execute, "none", "answer")
        said.expect("sendmsg none", reply("-ERR invalid session id [none]"))
        with pytest.raises(CommandFailed, match="answer: -ERR invalid session"):
            waiting.get(timeout=PATIENCE)

    def test_a_reply_of_several_lines_is_one_reply(self, linked: MakeLinked) -> None:
        ours = linked()
        said = ours.up()
        waiting = gevent.spawn(ours.link.send, Api("x"))
        said.expect("api x", reply("+OK one\ntwo"))
        assert waiting.get(timeout=PATIENCE).text == "+OK one\ntwo"

    def test_a_reply_that_nobody_asked_for_is_counted(self, linked: MakeLinked) -> None:
        ours = linked()
        said = ours.up()
        said.say(reply("+OK unsolicited"))
        until(lambda: ours.link.counters.orphans == 1)
        waiting = asking(ours)
        said.expect("api status", api_response("mine"))
        assert waiting.get(timeout=PATIENCE) == "mine"

    def test_late_replies_never_shift_the_ones_behind_them(self, linked: MakeLinked) -> None:
        ours = linked()
        said = ours.up()
        for n in range(3):
            with pytest.raises(CommandTimeout):
                ours.link.api(f"slow{n}", timeout=0.005)
        waiting = asking(ours, "mine")
        for _ in range(4):
            said.hear()
        said.say(*[api_response(f"late {n}") for n in range(3)], api_response("mine"))
        assert waiting.get(timeout=PATIENCE) == "mine"
        assert ours.link.counters.orphans == 3

    def test_events_and_log_lines_between_replies_do_not_disturb_them(
        self, linked: MakeLinked
    ) -> None:
        ours = linked()
        said = ours.up()
        waiting = asking(ours)
        said.expect(
            "api status",
            json_event("CHANNEL_PARK", Unique_ID="a"),
            body("log/data", b"Content-Type: api/response\nContent-Length: 4\n\nfake"),
            plain_event("HEARTBEAT"),
            api_response("mine"),
        )
        assert waiting.get(timeout=PATIENCE) == "mine"
        assert ours.link.counters.unknown == 2

    def test_a_reply_missing_for_too_long_ends_the_connection(self, linked: MakeLinked) -> None:
        now = [0.0]
        ours = linked(heartbeat_timeout=PATIENCE)
        ours.link._clock = lambda: now[0]
        said = ours.up()
        with pytest.raises(CommandTimeout):
            ours.link.api("lost", timeout=0.005)
        now[0] = PATIENCE + 1
        with pytest.raises(NotConnected, match="no reply to Api for 5 s"):
            ours.link.api("next")
        said.wait_closed()

    def test_a_caller_that_is_ended_while_waiting_leaves_its_reply_to_nobody(
        self, linked: MakeLinked
    ) -> None:
        ours = linked()
        said = ours.up()
        given_up = asking(ours, "first")
        said.expect("api first")
        given_up.kill()
        waiting = asking(ours, "second")
        said.expect("api second", api_response("1"), api_response("2"))
        assert waiting.get(timeout=PATIENCE) == "2"

    def test_senders_that_are_ended_in_the_middle_leave_whole_commands_behind(
        self, linked: MakeLinked
    ) -> None:
        ours = linked()
        said = ours.up()
        long = "x" * 1_000_000
        sending = [gevent.spawn(ours.link.api, "echo", long) for _ in range(4)]
        until(lambda: ours.link.unanswered == 4)
        gevent.killall(sending)
        for _ in sending:
            said.expect(f"api echo {long}", api_response("late"))
        waiting = asking(ours, "next")
        said.expect("api next", api_response("1"))
        assert waiting.get(timeout=PATIENCE) == "1"

    def test_commands_of_one_turn_go_out_together_and_in_order(self, linked: MakeLinked) -> None:
        ours = linked()
        said = ours.up()
        waiting = [asking(ours, name) for name in ("first", "second", "third")]
        for name in ("first", "second", "third"):
            said.expect(f"api {name}", api_response(name))
        assert [one.get(timeout=PATIENCE) for one in waiting] == ["first", "second", "third"]

    def test_what_has_not_gone_out_when_the_right_to_command_ends_never_does(
        self, linked: MakeLinked
    ) -> None:
        ours = linked()
        said = ours.up()
        answers = iter([True, False, False])
        ours.link.may_send = lambda: next(answers, True)
        waiting = asking(ours, "stale")
        with pytest.raises(NotConnected, match="another may command"):
            waiting.get(timeout=PATIENCE)
        after = asking(ours, "refused")
        with pytest.raises(NotConnected, match="another may command"):
            after.get(timeout=PATIENCE)
        allowed = asking(ours, "allowed")
        said.expect("api allowed", api_response("1"))
        assert allowed.get(timeout=PATIENCE) == "1"

    def test_a_peer_that_reads_nothing_does_not_hold_senders_for_ever(
        self, linked: MakeLinked
    ) -> None:
        ours = linked()
        ours.up()
        sending = [
            gevent.spawn(ours.link.api, "echo", "x" * 1_000_000, timeout=0.1) for _ in range(20)
        ]
        gevent.joinall(sending, timeout=PATIENCE, raise_error=False)
        assert {type(each.exception) for each in sending} <= {CommandTimeout, NotConnected}
        assert all(each.dead for each in sending)


class TestManyQuestions:
    def asks(self, ours: Linked, legs: int) -> gevent.Greenlet[..., list[str | None]]:
        names = (f"leg-{number}" for number in range(legs))
        return gevent.spawn(lambda: list(ours.link.api_each("uuid_dump", names)))

    def test_go_out_before_the_first_is_answered(self, linked: MakeLinked) -> None:
        ours = linked()
        said = ours.up()
        waiting = self.asks(ours, AT_ONCE)
        for number in range(AT_ONCE):
            said.expect(f"api uuid_dump leg-{number}")
        said.say(*[api_response(f"{number}\n") for number in range(AT_ONCE)])
        assert waiting.get(timeout=PATIENCE) == [str(number) for number in range(AT_ONCE)]

    @pytest.mark.parametrize("legs", [0, 1, AT_ONCE + 1, 3 * AT_ONCE + 5])
    def test_are_answered_in_their_order(self, linked: MakeLinked, legs: int) -> None:
        ours = linked()
        said = ours.up()
        waiting = self.asks(ours, legs)
        for number in range(legs):
            said.expect(f"api uuid_dump leg-{number}", api_response(f"{number}\n"))
        assert waiting.get(timeout=PATIENCE) == [str(number) for number in range(legs)]

    def test_one_that_is_refused_leaves_the_others_alone(self, linked: MakeLinked) -> None:
        ours = linked()
        said = ours.up()
        waiting = self.asks(ours, 3)
        for answer in ("one\n", "-ERR No such channel!\n", "three\n"):
            said.expect("api uuid_dump", api_response(answer))
        assert waiting.get(timeout=PATIENCE) == ["one", None, "three"]

    def test_fail_together_with_the_connection(self, linked: MakeLinked) -> None:
        ours = linked()
        said = ours.up()
        waiting = self.asks(ours, 3)
        said.expect("api uuid_dump", api_response("one\n"))
        said.close()
        with pytest.raises(NotConnected):
            waiting.get(timeout=PATIENCE)


class TestJobs:
    def test_a_job_ends_with_its_own_event(self, linked: MakeLinked) -> None:
        ours = linked()
        said = ours.up()
        first, second = started(ours, said, "job-1"), started(ours, said, "job-2")
        said.say(job_end("job-2", "-ERR NO_ANSWER"), job_end("job-1", "+OK seat"))
        assert first.wait(PATIENCE) == "+OK seat"
        assert second.wait(PATIENCE) == "-ERR NO_ANSWER"

    def test_its_end_may_come_right_behind_the_reply(self, linked: MakeLinked) -> None:
        ours = linked()
        said = ours.up()
        assert started(ours, said, "job-1", job_end("job-1")).wait(PATIENCE) == "+OK"

    def test_its_end_may_come_before_the_reply(self, linked: MakeLinked) -> None:
        ours = linked()
        said = ours.up()
        starting = gevent.spawn(ours.link.bgapi, "originate", "x", "job-1")
        said.expect("bgapi", job_end("job-1"), reply("+OK", Job_UUID="job-1"))
        assert starting.get(timeout=PATIENCE).wait(PATIENCE) == "+OK"

    def test_its_end_is_found_in_an_event_that_is_written_unusually(
        self, linked: MakeLinked
    ) -> None:
        ours = linked()
        said = ours.up()
        text = b'{ "Job-UUID": "job-1", "_body": "+OK", "Event-Name": "BACKGROUND_JOB" }'
        job = started(ours, said, "job-1", body("text/event-json", text))
        assert job.wait(PATIENCE) == "+OK"

    def test_its_end_is_an_event_for_the_owner_too(self, linked: MakeLinked) -> None:
        ours = linked()
        started(ours, ours.up(), "job-1", job_end("job-1", "+OK seat"))
        until(lambda: ours.events)
        assert isinstance(ours.events[0], BackgroundJob)
        assert (ours.events[0].job, ours.events[0].body) == ("job-1", "+OK seat")

    def test_a_slow_handler_does_not_keep_it_waiting(self, linked: MakeLinked) -> None:
        release = Flag()
        ours = linked(on_event=lambda event: release.wait())
        said = ours.up()
        said.say(json_event("HEARTBEAT"))
        assert started(ours, said, "job-1", job_end("job-1")).wait(PATIENCE) == "+OK"
        release.set()

    def test_an_end_that_never_comes_is_waited_for_no_longer_than_asked(
        self, linked: MakeLinked
    ) -> None:
        ours = linked()
        job = started(ours, ours.up(), "job-1")
        with pytest.raises(CommandTimeout, match="originate: not ended within"):
            job.wait(0.01)

    def test_ends_that_come_twice_or_belong_to_others_are_counted(self, linked: MakeLinked) -> None:
        ours = linked()
        said = ours.up()
        job = started(ours, said, "job-1")
        said.say(job_end("job-1", "+OK first"), job_end("job-1", "+OK again"), job_end("other"))
        until(lambda: ours.link.counters.unknown_jobs == 1)
        assert ours.link.counters.duplicate_jobs == 1
        assert job.wait(PATIENCE) == "+OK first"

    def test_a_job_that_nobody_holds_leaves_nothing_behind(self, linked: MakeLinked) -> None:
        ours = linked()
        said = ours.up()
        for n in range(3):
            started(ours, said, f"job-{n}")
        until(lambda: len(ours.link.jobs) == 0)

    def test_a_job_that_freeswitch_does_not_start_fails(self, linked: MakeLinked) -> None:
        ours = linked()
        said = ours.up()
        starting = gevent.spawn(ours.link.bgapi, "originate")
        said.expect("bgapi originate", reply("-ERR command not found"))
        with pytest.raises(CommandFailed):
            starting.get(timeout=PATIENCE)

    def test_another_jobs_confirmation_means_that_replies_are_out_of_step(
        self, linked: MakeLinked
    ) -> None:
        ours = linked()
        said = ours.up()
        starting = gevent.spawn(ours.link.bgapi, "originate", "x", "mine")
        said.expect("bgapi originate", reply("+OK", Job_UUID="other"))
        with pytest.raises(NotConnected, match="out of step"):
            starting.get(timeout=PATIENCE)
        said.wait_closed()

    def test_an_id_in_use_is_refused(self, linked: MakeLinked) -> None:
        ours = linked()
        job = started(ours, ours.up(), "job-1")
        with pytest.raises(UnsafeArgument, match="in use"):
            ours.link.bgapi("status", job=job.id)
