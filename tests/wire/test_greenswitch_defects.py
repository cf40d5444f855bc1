"""What greenswitch 0.0.19 does wrong, and that the link built on it does not.

Each class shows the defect in plain greenswitch first. Where that means to hang, the wait is cut
short after `MOMENT` seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import gevent
import pytest
from gevent import socket
from gevent.event import AsyncResult
from gevent.event import Event as Flag
from greenswitch.esl import ESLEvent, ESLProtocol, InboundESL, OutboundSession

from switchd.esl.commands import Api
from switchd.esl.errors import CommandTimeout, NotConnected, UnsafeArgument
from switchd.esl.events import ChannelExecuteComplete, EventsLost
from switchd.esl.wire import WireReader
from tests.wire.conftest import Linked
from tests.wire.peer import (
    Conversation,
    Peer,
    api_response,
    body,
    job_end,
    json_event,
    plain_event,
    reply,
    until,
)

pytestmark = pytest.mark.filterwarnings("ignore:The 'warn' function:DeprecationWarning")

MOMENT = 0.2
MakeLinked = Callable[..., Linked]
GOODBYE = body("text/disconnect-notice", b"Disconnected, goodbye.\nSee you at ClueCon!\n")


def hangs(act: Callable[[], object]) -> bool:
    """Whether `act` has not come back after a moment."""
    with gevent.Timeout(MOMENT, False):
        act()
        return False
    return True


class Plain:
    """Plain greenswitch, connected to the peer."""

    def __init__(self, peer: Peer) -> None:
        self.esl = InboundESL(peer.host, peer.port, "secret")
        connecting = gevent.spawn(self.esl.connect)
        self.said = peer.accept()
        self.said.log_in()
        connecting.get(timeout=5)

    @property
    def reader_is_dead(self) -> bool:
        return bool(self.esl._receive_events_greenlet.dead)

    def end(self) -> None:
        greenlets = [self.esl._receive_events_greenlet, self.esl._process_events_greenlet]
        self.esl._run = False
        gevent.killall(greenlets, block=False)
        self.esl.sock.close()


@pytest.fixture
def plain(peer: Peer) -> Iterator[Plain]:
    connected = Plain(peer)
    yield connected
    connected.end()


def answers(linked: Linked, said: Conversation) -> bool:
    """Whether the link still gets its own answers."""
    asking = gevent.spawn(linked.link.api, "status")
    said.expect("api status", api_response("UP"))
    return bool(asking.get(timeout=5) == "UP")


class TestDecodingBeforeSplitting:
    @pytest.mark.parametrize("name", ["x%0AUnique-ID: other", "x\x0bUnique-ID: other"])
    def test_greenswitch_lets_a_display_name_replace_the_leg(self, plain: Plain, name: str) -> None:
        seen: list[ESLEvent] = []
        plain.esl.register_handle("CHANNEL_PARK", seen.append)
        plain.said.say(plain_event("CHANNEL_PARK", Unique_ID="mine", Caller_ID_Name=name))
        until(lambda: seen)
        assert seen[0].headers["Unique-ID"] == "other"

    @pytest.mark.parametrize(
        "name", ["x\nUnique-ID: other", "x%0AUnique-ID: other", "x\x0bUnique-ID: other"]
    )
    def test_ours_does_not(self, linked: MakeLinked, name: str) -> None:
        ours = linked()
        ours.up().say(json_event("CHANNEL_PARK", Unique_ID="mine", Caller_ID_Name=name))
        until(lambda: ours.events)
        assert ours.events[0].get("Unique-ID") == "mine"
        assert ours.events[0].get("Caller-ID-Name") == name


class TestLinesThatAreNoHeaders:
    def test_greenswitch_stops_reading_and_says_it_is_connected(self, plain: Plain) -> None:
        plain.said.say(b"garbage\n\n")
        until(lambda: plain.reader_is_dead)
        assert plain.esl.connected

    def test_ours_ends_the_connection_and_makes_another(self, linked: MakeLinked) -> None:
        ours = linked()
        ours.up().say(b"garbage\n\n")
        again = ours.peer.accept()
        assert "garbage" in ours.downs[0]
        again.welcome()
        until(lambda: len(ours.cores) == 2)

    def test_of_repeated_headers_greenswitch_takes_the_last_and_ours_the_first(self) -> None:
        block = "Content-Type: auth/request\nContent-Type: command/reply"
        assert ESLEvent(block).headers["Content-Type"] == "command/reply"
        reader = WireReader()
        reader.feed(f"{block}\n\n".encode())
        assert next(reader.frames()).kind == "auth/request"


class TestInnerBodies:
    def test_greenswitch_takes_a_jobs_output_for_headers(self, plain: Plain) -> None:
        seen: list[ESLEvent] = []
        plain.esl.register_handle("BACKGROUND_JOB", seen.append)
        event = b"Event-Name: BACKGROUND_JOB\nContent-Length: 14\n\nJob-UUID: fake"
        plain.said.say(body("text/event-plain", event))
        until(lambda: seen)
        assert seen[0].headers["Job-UUID"] == "fake"

    def test_greenswitch_dies_of_json_events(self, plain: Plain) -> None:
        plain.said.say(json_event("HEARTBEAT"))
        until(lambda: plain.reader_is_dead)

    def test_ours_reads_json_and_keeps_the_output(self, linked: MakeLinked) -> None:
        ours = linked()
        said = ours.up()
        starting = gevent.spawn(ours.link.bgapi, "status", job="mine")
        said.expect("bgapi status", reply("+OK", Job_UUID="mine"))
        said.say(job_end("mine", "Job-UUID: fake"))
        assert starting.get(timeout=5).wait(5) == "Job-UUID: fake"


class TestUnguardedReader:
    STRANGE = (b"X-Header: 1\n\n", body("text/event-plain", b"Event-Name: X\nName: \xff\n\n"))

    @pytest.mark.parametrize("frame", STRANGE)
    def test_greenswitch_stops_reading_and_the_next_command_hangs(
        self, plain: Plain, frame: bytes
    ) -> None:
        plain.said.say(frame)
        until(lambda: plain.reader_is_dead)
        assert plain.esl.connected
        assert hangs(lambda: plain.esl.send("api status"))

    @pytest.mark.parametrize("frame", STRANGE)
    def test_ours_counts_it_and_goes_on(self, linked: MakeLinked, frame: bytes) -> None:
        ours = linked()
        said = ours.up()
        said.say(frame)
        assert answers(ours, said)
        assert ours.link.counters.unknown == 1


class TestEndOfStream:
    def test_greenswitch_waits_for_the_rest_of_a_body_for_ever(self) -> None:
        class Ended:
            def read(self, length: int) -> bytes:
                gevent.sleep(0)
                return b""

        assert hangs(lambda: ESLProtocol._read_socket(Ended(), 10))

    def test_greenswitch_leaves_a_command_waiting(self, plain: Plain) -> None:
        sending = gevent.spawn(plain.esl.send, "api status")
        plain.said.hear()
        plain.said.close()
        until(lambda: not plain.esl.connected)
        assert hangs(sending.get)
        sending.kill()

    @pytest.mark.parametrize("last_words", [b"", b"Content-Ty", api_response("UP")[:-1]])
    def test_ours_fails_the_command_at_once(self, linked: MakeLinked, last_words: bytes) -> None:
        ours = linked()
        said = ours.up()
        sending = gevent.spawn(ours.link.send, Api("status"))
        said.expect("api status", last_words)
        said.close()
        with pytest.raises(NotConnected):
            sending.get(timeout=5)
        ours.peer.accept()


class TestGoodbye:
    def test_greenswitch_reads_the_goodbye_as_headers_of_the_next_frame(self, plain: Plain) -> None:
        linger = GOODBYE.replace(b"\n\n", b"\nContent-Disposition: linger\n\n", 1)
        plain.said.say(linger, plain_event("HEARTBEAT"))
        until(lambda: plain.reader_is_dead)

    def test_ours_tells_the_goodbye_as_the_reason(self, linked: MakeLinked) -> None:
        ours = linked()
        ours.up().say(GOODBYE)
        ours.peer.accept()
        assert ours.downs == ["FreeSWITCH closes the connection: Disconnected, goodbye."]


class TestSending:
    LONG = "x" * 900_000

    @staticmethod
    def narrow(sock: Any) -> None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)

    def test_greenswitch_waits_for_a_reply_for_ever(self, plain: Plain) -> None:
        assert hangs(lambda: plain.esl.send("api status"))

    def test_greenswitch_sends_the_beginning_of_a_long_command(self, plain: Plain) -> None:
        self.narrow(plain.esl.sock)
        sending = gevent.spawn(plain.esl.send, f"api echo {self.LONG}")
        assert hangs(plain.said.hear)
        sending.kill()

    def test_greenswitch_awaits_the_reply_to_a_command_that_was_not_sent(
        self, plain: Plain
    ) -> None:
        class Broken:
            def send(self, data: bytes) -> int:
                raise BrokenPipeError

        real, plain.esl.sock = plain.esl.sock, Broken()
        with pytest.raises(BrokenPipeError):
            plain.esl.send("api status")
        assert len(plain.esl._commands_sent) == 1
        plain.esl.sock = real

    def test_ours_gives_up_waiting_and_the_late_reply_reaches_nobody_else(
        self, linked: MakeLinked
    ) -> None:
        ours = linked()
        said = ours.up()
        with pytest.raises(CommandTimeout, match="Api: no reply within"):
            ours.link.api("slow", timeout=0.01)
        said.expect("api slow", api_response("late"))
        assert answers(ours, said)
        assert (ours.link.counters.orphans, ours.link.counters.timeouts) == (1, 1)

    def test_ours_sends_long_commands_of_two_senders_whole(self, linked: MakeLinked) -> None:
        ours = linked()
        said = ours.up()
        self.narrow(ours.link.sock)
        first = gevent.spawn(ours.link.api, "first", self.LONG)
        second = gevent.spawn(ours.link.api, "second", self.LONG)
        assert said.expect("api first", api_response("1")) == f"api first {self.LONG}"
        assert said.expect("api second", api_response("2")) == f"api second {self.LONG}"
        assert (first.get(timeout=5), second.get(timeout=5)) == ("1", "2")

    def test_ours_awaits_nothing_if_the_command_was_not_sent(self, linked: MakeLinked) -> None:
        ours = linked()
        ours.up()
        assert ours.link.sock is not None
        ours.link.sock.close()
        with pytest.raises(NotConnected):
            ours.link.api("status")
        assert not ours.link._commands_sent


class TestLineEndsInCommands:
    EVIL = "a\n\napi hupall"

    def test_greenswitch_sends_two_commands(self, plain: Plain) -> None:
        sending = gevent.spawn(plain.esl.send, f"api echo {self.EVIL}")
        assert plain.said.hear() == "api echo a"
        assert plain.said.hear() == "api hupall"
        sending.kill()

    def test_ours_sends_nothing(self, linked: MakeLinked) -> None:
        ours = linked()
        said = ours.up()
        with pytest.raises(UnsafeArgument):
            ours.link.api("echo", self.EVIL)
        assert answers(ours, said)


class TestSlowHandlers:
    def test_greenswitch_queues_without_bound_and_swallows_every_exception(
        self, plain: Plain
    ) -> None:
        release = Flag()
        plain.esl.register_handle("HEARTBEAT", lambda event: release.wait())
        plain.said.say(*[plain_event("HEARTBEAT")] * 1000)
        until(lambda: plain.esl._esl_event_queue.qsize() == 999)
        assert plain.esl._esl_event_queue.maxsize is None

        def interrupted(event: object) -> None:
            raise KeyboardInterrupt

        plain.esl._safe_exec_handler(interrupted, ESLEvent("A: 1"))
        release.set()

    def test_ours_goes_on_reading_and_says_what_it_threw_away(self, linked: MakeLinked) -> None:
        release = Flag()
        ours = linked(max_waiting_events=10)
        ours.link._on_event = lambda event: (release.wait(), ours.events.append(event))
        said = ours.up()
        said.say(json_event("HEARTBEAT"))
        until(lambda: ours.link.counters.events == 1)
        said.say(*[json_event("HEARTBEAT")] * 1000)
        assert answers(ours, said)
        assert ours.link.counters.dropped == 990
        release.set()
        until(lambda: len(ours.events) == 11)
        said.say(json_event("HEARTBEAT"))
        until(lambda: len(ours.events) == 13)
        lost = ours.events[11]
        assert isinstance(lost, EventsLost)
        assert lost.count == 990

    def test_ours_swallows_errors_only(self, linked: MakeLinked) -> None:
        ours = linked()

        def interrupted(event: object) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            ours.link._safe_exec_handler(interrupted, None)


class TestConnectingAndStopping:
    def test_greenswitch_hangs_on_stopping(self, plain: Plain) -> None:
        assert hangs(plain.esl.stop)

    def test_greenswitch_cannot_connect_again(self, plain: Plain, peer: Peer) -> None:
        plain.said.close()
        until(lambda: not plain.esl.connected)
        assert hangs(plain.esl.connect)

    def test_greenswitch_waits_for_ever_to_be_asked_for_the_password(self, peer: Peer) -> None:
        esl = InboundESL(peer.host, peer.port, "secret")
        assert hangs(esl.connect)
        gevent.killall([esl._receive_events_greenlet, esl._process_events_greenlet])

    def test_greenswitch_knows_no_ipv6(self) -> None:
        with Peer("::1") as peer, pytest.raises(OSError, match="family"):
            InboundESL(peer.host, peer.port, "secret").connect()

    def test_ours_stops_although_the_peer_does_not_answer(self, linked: MakeLinked) -> None:
        ours = linked()
        said = ours.up()
        ours.link.stop(timeout=0.05)
        said.expect("exit")
        said.wait_closed()
        assert not ours.link.connected

    def test_ours_gives_up_on_a_peer_that_asks_for_no_password(self, linked: MakeLinked) -> None:
        ours = linked(command_timeout=0.05)
        ours.start().wait_closed()
        ours.peer.accept()
        assert "no password within 0.05 s" in ours.link.trouble

    def test_ours_notices_a_peer_that_fell_silent(self, linked: MakeLinked) -> None:
        ours = linked(heartbeat_timeout=0.5)
        ours.up().wait_closed()
        until(lambda: ours.downs)
        assert ours.downs == ["FreeSWITCH said nothing for 0.5 s"]

    def test_ours_speaks_ipv6(self, linked: MakeLinked) -> None:
        with Peer("::1") as peer:
            linked(peer=peer).up()


class TestWhichApplicationEnded:
    def test_greenswitch_takes_one_prompts_end_for_another_ones(self) -> None:
        here, there = socket.socketpair()
        session = OutboundSession(("", 0), here)
        first: AsyncResult[ESLEvent] = AsyncResult()
        name = "CHANNEL_EXECUTE_COMPLETE"
        session.register_expected_event(name, "current_application", "playback", first)
        end = f"Event-Name: {name}\nvariable_current_application: playback\nApplication-UUID: 2"
        session.on_event(ESLEvent(end))
        assert first.get(timeout=1).headers["Application-UUID"] == "2"
        gevent.killall([session._receive_events_greenlet, session._process_events_greenlet])
        there.close()

    def test_ours_names_each_execution(self, linked: MakeLinked) -> None:
        ours = linked()
        said = ours.up()
        executing = gevent.spawn(ours.link.execute, "leg", "playback", "a.wav", "prompt-1")
        assert "Event-UUID: prompt-1" in said.expect("sendmsg leg", reply())
        executing.get(timeout=5)
        ends = {"Unique_ID": "leg", "Application": "playback", "Application_UUID": "prompt-1"}
        said.say(json_event("CHANNEL_EXECUTE_COMPLETE", **ends))
        until(lambda: ours.events)
        assert isinstance(ours.events[0], ChannelExecuteComplete)
        assert ours.events[0].execution == "prompt-1"


class TestMissing:
    def test_greenswitch_has_no_background_jobs_and_does_not_connect_again(
        self, plain: Plain, peer: Peer
    ) -> None:
        assert not hasattr(plain.esl, "bgapi")
        plain.said.close()
        until(lambda: not plain.esl.connected)
        assert hangs(peer.accept)

    def test_ours_has_jobs_and_connects_again(self, linked: MakeLinked) -> None:
        ours = linked()
        said = ours.up()
        starting = gevent.spawn(ours.link.bgapi, "originate", "user/1001 &park()", "job-1")
        command = said.expect("bgapi originate", reply("+OK", Job_UUID="job-1"))
        assert command.endswith("\nJob-UUID: job-1")
        said.say(job_end("job-1", "-ERR USER_BUSY"))
        assert starting.get(timeout=5).wait(5) == "-ERR USER_BUSY"
        said.close()
        ours.peer.accept().welcome()
        until(lambda: len(ours.cores) == 2)
