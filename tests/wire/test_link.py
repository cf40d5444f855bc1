"""The link to a FreeSWITCH that does what a test tells it to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gevent
import pytest
from gevent.event import Event as Flag

from switchd.esl.backoff import Backoff
from switchd.esl.commands import Hangup
from switchd.esl.errors import CommandTimeout, NotConnected, UnsafeArgument
from switchd.esl.events import ChannelPark, Event
from switchd.esl.link import Link
from tests.wire.conftest import Linked, asking, started
from tests.wire.peer import (
    PATIENCE,
    Peer,
    api_response,
    body,
    json_event,
    reply,
    until,
)

MakeLinked = Callable[..., Linked]


class TestComingUp:
    def test_it_subscribes_to_what_was_asked_for_and_to_what_it_lives_on(
        self, linked: MakeLinked
    ) -> None:
        ours = linked(events=["DTMF"], subclasses=["sofia::register"])
        subscription = ours.start().welcome()
        assert subscription == "event json DTMF HEARTBEAT BACKGROUND_JOB CUSTOM sofia::register"

    def test_it_is_up_when_its_owner_is_told(self, linked: MakeLinked) -> None:
        answers: list[str] = []
        ours = linked(on_up=lambda link: answers.append(link.api("show", "channels as json")))
        said = ours.start()
        said.welcome()
        said.expect("api show channels as json", api_response('{"row_count": 0}'))
        until(lambda: answers == ['{"row_count": 0}'])
        assert ours.link.connected
        assert ours.link.counters.connections == 1

    def test_it_knows_for_how_long_nothing_was_said(self, linked: MakeLinked) -> None:
        ours = linked()
        said = ours.up()
        now = ours.link._clock()
        ours.link._clock = lambda: now + 7.0
        assert ours.link.silent_seconds >= 7.0
        said.say(json_event("HEARTBEAT"))
        until(lambda: ours.link.silent_seconds == 0.0)

    def test_a_refused_connection_is_tried_again_until_somebody_listens(self) -> None:
        with Peer() as peer:
            port = peer.port
        waits: list[float] = []

        class Counting(Backoff):
            def delay(self, failures: int, chance: Callable[[], float] = lambda: 0.0) -> float:
                waits.append(failures)
                return 0.001

        link = Link(
            "localhost",
            port,
            "secret",
            events=[],
            on_event=print,
            on_up=print,
            on_down=lambda reason: pytest.fail("it never was up"),
            backoff=Counting(),
        )
        with link:
            until(lambda: len(waits) > 3)
            assert waits[:3] == [1, 2, 3]
            assert f"cannot connect to localhost:{port}" in link.trouble
            assert not link.wait_connected(0)

    def test_a_host_name_without_an_address_is_tried_again_too(self, linked: MakeLinked) -> None:
        ours = linked()
        ours.link.host = "a..b"
        ours.link.start()
        until(lambda: "cannot connect to a..b" in ours.link.trouble)

    def test_a_wrong_password_is_told_and_tried_again_slowly(self, linked: MakeLinked) -> None:
        ours = linked(backoff=Backoff(first=60, ceiling=60, wrong_password=0.001))
        for _ in range(2):
            said = ours.start()
            said.say(b"Content-Type: auth/request\n\n")
            said.expect("auth secret", reply("-ERR invalid"))
            said.wait_closed()
        assert "refused the password: -ERR invalid" in ours.link.trouble
        assert ours.downs == []

    def test_an_access_list_that_keeps_us_out_is_the_reason(self, linked: MakeLinked) -> None:
        ours = linked()
        ours.start().say(
            body("text/rude-rejection", b"Access Denied, go away.\n"),
            body("text/disconnect-notice", b"Disconnected, goodbye.\n"),
        )
        ours.peer.accept()
        assert "Access Denied, go away." in ours.link.trouble
        assert "apply-inbound-acl" in ours.link.trouble

    @pytest.mark.parametrize("words", [b"", b"Content-Type: auth/req"])
    def test_an_end_before_the_password_is_asked_for_is_survived(
        self, linked: MakeLinked, words: bytes
    ) -> None:
        ours = linked()
        said = ours.start()
        said.say(words)
        said.close()
        ours.peer.accept().welcome()
        until(lambda: ours.cores)

    def test_a_refused_subscription_is_a_failure(self, linked: MakeLinked) -> None:
        ours = linked()
        said = ours.start()
        said.log_in()
        said.expect("api global_getvar", api_response("core"))
        said.expect("event json", reply("-ERR no keywords supplied"))
        said.wait_closed()
        ours.peer.accept()
        assert "event: -ERR no keywords supplied" in ours.link.trouble

    @pytest.mark.parametrize("wrong", [{"events": ["A\nB"]}, {"subclasses": ["a b"]}])
    def test_a_subscription_that_cannot_be_sent_is_refused_at_once(
        self, linked: MakeLinked, wrong: dict[str, Any]
    ) -> None:
        with pytest.raises(UnsafeArgument):
            linked(**wrong)


class TestGoingDown:
    def test_its_owner_is_told_and_it_comes_up_again(self, linked: MakeLinked) -> None:
        ours = linked()
        ours.up().close()
        ours.peer.accept().welcome()
        until(lambda: len(ours.cores) == 2)
        assert ours.downs == ["FreeSWITCH closed the connection"]
        assert ours.link.connected
        assert ours.link.trouble == ""

    def test_events_that_had_arrived_come_before_the_bad_news(self, linked: MakeLinked) -> None:
        order: list[object] = []
        ours = linked(on_event=lambda event: order.append(event.name), on_down=order.append)
        said = ours.up()
        said.say(*[json_event("CHANNEL_PARK", Unique_ID="a")] * 200)
        said.close()
        ours.peer.accept()
        assert order == ["CHANNEL_PARK"] * 200 + ["FreeSWITCH closed the connection"]

    def test_the_same_freeswitch_is_recognised(self, linked: MakeLinked) -> None:
        ours = linked()
        ours.up().close()
        ours.peer.accept().welcome()
        until(lambda: len(ours.cores) == 2)
        assert not ours.link.restarted

    def test_a_restarted_freeswitch_is_recognised(self, linked: MakeLinked) -> None:
        ours = linked()
        ours.up().close()
        ours.peer.accept().welcome(core="another")
        until(lambda: len(ours.cores) == 2)
        assert ours.cores[1] == "another"
        assert ours.link.restarted
        assert ours.link.counters.restarts == 1

    def test_a_restart_is_told_even_if_the_first_attempt_after_it_fails(
        self, linked: MakeLinked
    ) -> None:
        ours = linked()
        ours.up().close()
        said = ours.peer.accept()
        said.log_in()
        said.expect("api global_getvar", api_response("another"))
        said.close()
        ours.peer.accept().welcome(core="another")
        until(lambda: len(ours.cores) == 2)
        assert ours.link.restarted

    def test_commands_are_refused_while_it_is_down(self, linked: MakeLinked) -> None:
        ours = linked()
        with pytest.raises(NotConnected):
            ours.link.api("status")
        ours.up().close()
        ours.peer.accept()
        with pytest.raises(NotConnected):
            ours.link.send(Hangup("leg"))

    def test_every_waiting_command_and_job_fails_at_once(self, linked: MakeLinked) -> None:
        ours = linked()
        said = ours.up()
        job = started(ours, said, "job-1")
        waiting = [asking(ours) for _ in range(3)]
        for _ in waiting:
            said.expect("api status")
        said.close()
        for each in waiting:
            with pytest.raises(NotConnected, match="closed the connection"):
                each.get(timeout=PATIENCE)
        with pytest.raises(NotConnected):
            job.wait(PATIENCE)

    def test_a_reply_without_its_end_then_silence_ends_the_connection(
        self, linked: MakeLinked
    ) -> None:
        ours = linked(heartbeat_timeout=0.5)
        said = ours.up()
        waiting = asking(ours)
        said.expect("api status", api_response("all of it")[:-3])
        with pytest.raises(NotConnected, match="said nothing for"):
            waiting.get(timeout=PATIENCE)

    def test_two_commands_into_a_silence_end_the_connection(self, linked: MakeLinked) -> None:
        """FreeSWITCH hangs: nobody has to wait for two of its heartbeats to find out."""
        ours = linked(command_timeout=0.05)
        said = ours.up()
        with pytest.raises(CommandTimeout):
            asking(ours).get(timeout=PATIENCE)
        said.expect("api status")
        said.expect("api global_getvar core_uuid")
        ours.peer.accept()
        assert "FreeSWITCH hangs" in ours.downs[0]

    @pytest.mark.parametrize("sign_of_life", [api_response("late"), json_event("CHANNEL_PARK")])
    def test_a_late_reply_alone_does_not_and_neither_does_one_among_events(
        self, linked: MakeLinked, sign_of_life: bytes
    ) -> None:
        ours = linked(command_timeout=0.3)
        said = ours.up()
        with pytest.raises(CommandTimeout):
            asking(ours).get(timeout=PATIENCE)
        said.expect("api status")
        said.expect("api global_getvar core_uuid", sign_of_life)
        doubt = ours.link._doubting
        assert doubt is not None
        doubt.join(PATIENCE)
        assert ours.link.connected
        assert ours.downs == []

    def test_an_announced_body_of_ten_gigabytes_ends_the_connection(
        self, linked: MakeLinked
    ) -> None:
        ours = linked()
        ours.up().say(b"Content-Length: 10737418240\nContent-Type: text/event-json\n\n")
        ours.peer.accept()
        assert "10737418240" in ours.downs[0]


class TestStopping:
    def test_it_says_goodbye_and_tells_its_owner(self, linked: MakeLinked) -> None:
        ours = linked()
        said = ours.up()
        stopping = gevent.spawn(ours.link.stop)
        said.expect("exit", reply("+OK bye"))
        stopping.get(timeout=PATIENCE)
        said.wait_closed()
        assert ours.downs == ["stopped"]

    def test_it_can_be_started_again(self, linked: MakeLinked) -> None:
        ours = linked()
        ours.up()
        ours.link.stop(timeout=0.02)
        ours.up()
        assert len(ours.cores) == 2

    @pytest.mark.parametrize("callback", ["on_event", "on_up", "on_down"])
    def test_it_can_be_stopped_by_whoever_it_calls(self, linked: MakeLinked, callback: str) -> None:
        done = Flag()

        def stop(_: object) -> None:
            ours.link.stop(timeout=0.02)
            done.set()

        ours = linked(**{callback: stop})
        said = ours.start()
        said.welcome()
        if callback == "on_event":
            said.say(json_event("HEARTBEAT"))
        elif callback == "on_down":
            said.close()
        assert done.wait(PATIENCE)
        until(lambda: not ours.link.connected)

    def test_it_stops_while_it_is_still_connecting(self, linked: MakeLinked) -> None:
        ours = linked()
        said = ours.start()
        ours.link.stop(timeout=0.02)
        said.wait_closed()

    def test_stopping_what_never_started_does_nothing(self, linked: MakeLinked) -> None:
        linked().link.stop(timeout=0.02)

    def test_a_handler_that_never_returns_does_not_hold_it_up(self, linked: MakeLinked) -> None:
        ours = linked(on_event=lambda event: Flag().wait())
        said = ours.up()
        said.say(json_event("HEARTBEAT"))
        until(lambda: ours.link.counters.events == 1)
        ours.link.stop(timeout=0.02)
        said.wait_closed()


class TestEvents:
    def test_they_arrive_in_order_with_their_classes(self, linked: MakeLinked) -> None:
        ours = linked()
        said = ours.up()
        said.say(
            *[json_event("CHANNEL_PARK", Unique_ID=str(n), Event_Sequence=n) for n in range(300)]
        )
        until(lambda: len(ours.events) == 300)
        assert all(isinstance(event, ChannelPark) for event in ours.events)
        assert [event.get("Unique-ID") for event in ours.events] == [str(n) for n in range(300)]

    @pytest.mark.parametrize(
        ("sequences", "reordered"),
        [(["1", "2", "5"], 0), (["2", "1", "3"], 1), (["3", "3"], 1), (["1", "", "x", "2"], 0)],
    )
    def test_a_sequence_that_runs_back_is_counted_and_a_gap_is_not(
        self, linked: MakeLinked, sequences: list[str], reordered: int
    ) -> None:
        ours = linked()
        said = ours.up()
        said.say(*[json_event("HEARTBEAT", Event_Sequence=each) for each in sequences])
        until(lambda: len(ours.events) == len(sequences))
        assert ours.link.counters.reordered == reordered

    def test_unknown_ones_are_counted_and_handed_on(self, linked: MakeLinked) -> None:
        ours = linked()
        ours.up().say(json_event("CHANNEL_HOLD", Unique_ID="a"))
        until(lambda: ours.events)
        assert ours.link.counters.unknown == 1

    def test_unreadable_ones_are_counted_and_passed_over(self, linked: MakeLinked) -> None:
        ours = linked()
        ours.up().say(body("text/event-json", b"{nonsense"), json_event("HEARTBEAT"))
        until(lambda: ours.events)
        assert ours.link.counters.bad_events == 1
        assert ours.events[0].name == "HEARTBEAT"

    def test_one_that_breaks_off_behind_its_name_is_passed_over_too(
        self, linked: MakeLinked
    ) -> None:
        ours = linked()
        broken = b'{"Event-Name":"%s","Core-UUID":"c","x'
        kinds = (b"HEARTBEAT", b"BACKGROUND_JOB")
        ours.up().say(*[body("text/event-json", broken % kind) for kind in kinds])
        until(lambda: ours.link.counters.bad_events == 2)

    def test_a_handler_that_fails_is_counted_and_called_again(self, linked: MakeLinked) -> None:
        seen: list[Event] = []

        def handle(event: Event) -> None:
            seen.append(event)
            raise LookupError(event.name)

        ours = linked(on_event=handle)
        ours.up().say(json_event("HEARTBEAT"), json_event("HEARTBEAT"))
        until(lambda: len(seen) == 2)
        until(lambda: ours.link.counters.handler_errors == 2)
        assert ours.link.connected

    def test_an_owner_that_fails_on_news_is_counted_and_told_the_next(
        self, linked: MakeLinked
    ) -> None:
        ours = linked(on_up=lambda link: 1 // 0, on_down=lambda reason: 1 // 0)
        ours.up().close()
        ours.peer.accept().welcome()
        until(lambda: ours.link.counters.handler_errors == 3)

    def test_a_defect_of_the_link_itself_ends_the_connection_and_not_the_link(
        self, linked: MakeLinked, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ours = linked()
        meets = iter((KeyError("core"), None))

        def meet(core: str) -> None:
            if (defect := next(meets)) is not None:
                raise defect
            ours.link.core = core

        monkeypatch.setattr(ours.link, "_meet", meet)
        first = ours.start()
        first.welcome()
        first.wait_closed()
        assert "defect: KeyError('core')" in ours.link.trouble
        ours.peer.accept().welcome()
        until(lambda: ours.cores)
        assert ours.link.connected


class TestBackoff:
    def test_waits_grow_to_the_ceiling(self) -> None:
        backoff = Backoff(first=1, factor=2, ceiling=5, jitter=0)
        assert [backoff.delay(n) for n in (1, 2, 3, 4, 10_000)] == [1, 2, 4, 5, 5]

    def test_chance_takes_off_no_more_than_its_part(self) -> None:
        backoff = Backoff(first=4, jitter=0.5)
        assert backoff.delay(1, lambda: 0.0) == 4
        assert backoff.delay(1, lambda: 1.0) == 2
