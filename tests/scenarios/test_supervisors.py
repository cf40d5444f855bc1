"""Supervisors who listen to talks and act in them: what phones, the command line and SQL show."""

from __future__ import annotations

from typing import Any

import gevent
import pytest

from routing.record import LegRecord
from switchd.api.client import Answer
from switchd.sim.callers import CallerState, SimCaller
from tests.scenarios.hotline import Hotline, wait_for

SUPERVISOR, OTHER = "1002", "1003"


def asks(hotline: Hotline, verb: str, target: str, what: str = "seats", **body: str) -> Any:
    """Ask the daemon while the telephones, which are in this process, go on."""
    arguments = (what, target, verb)
    return gevent.get_hub().threadpool.apply(hotline.client.supervise, arguments, body)


def watches(hotline: Hotline, seat: str, verb: str = "listen", at: str = SUPERVISOR) -> None:
    """A supervisor asks for it and picks up."""
    asks(hotline, verb, target=seat, at=at, who="8001", why="quality")
    wait_for(lambda: heard_by(hotline, at) != "", f"{at} listens")


def heard_by(hotline: Hotline, seat: str) -> str:
    """The key that says who hears the supervisor: 0 nobody, 2 the seat, 3 all."""
    leg = hotline.sim.seat(seat).leg
    return leg.heard_by if leg is not None else ""


def is_heard(hotline: Hotline, key: str, seat: str = SUPERVISOR) -> None:
    wait_for(lambda: heard_by(hotline, seat) == key, f"heard as by key {key}")


def goes_on(hotline: Hotline, caller: SimCaller) -> None:
    """The caller talks with the supervisor."""
    wait_for(lambda: hotline.call_of(caller)["seat"] == SUPERVISOR, "the supervisor has the call")
    leg = hotline.sim.seat(SUPERVISOR).leg
    assert leg is not None
    wait_for(lambda: leg.other is not None and leg.other.uuid == caller.uuid, "they are bridged")
    wait_for(lambda: caller.state is CallerState.TALKING, "they talk")


def listening(hotline: Hotline) -> list[tuple[str, str, str]]:
    return [(row["seat"], row["over"], row["mode"]) for row in hotline.client.get("supervise")]


def legs(hotline: Hotline, caller: SimCaller) -> list[LegRecord]:
    return [leg for leg in hotline.record_of(caller).legs if leg.role == "supervisor"]


def talks(hotline: Hotline, seat: str) -> SimCaller:
    caller = hotline.talks_with(seat)
    wait_for(lambda: hotline.call_of(caller)["state"] == "talking", "the daemon knows it")
    return caller


@pytest.fixture
def talk(hotline: Hotline) -> SimCaller:
    """A caller talks with seat 1001; phones of the others answer."""
    for seat in (SUPERVISOR, OTHER):
        hotline.sim.seat(seat).will_answer()
    return talks(hotline, "1001")


class TestListening:
    def test_the_supervisors_phone_rings_with_whom_it_is_about(
        self, hotline: Hotline, talk: SimCaller
    ) -> None:
        watches(hotline, "1001")
        assert hotline.sim.seat(SUPERVISOR).shown[-1] == "监听 1001 1001"
        assert listening(hotline) == [(SUPERVISOR, "1001", "listen")]

    def test_nobody_hears_it_until_it_whispers_or_barges(
        self, hotline: Hotline, talk: SimCaller
    ) -> None:
        watches(hotline, "1001")
        assert heard_by(hotline, SUPERVISOR) == "0"
        for verb, key in (("whisper", "2"), ("barge", "3"), ("listen", "0")):
            watches(hotline, "1001", verb)
            is_heard(hotline, key)

    @pytest.mark.parametrize(("verb", "key"), [("whisper", "2"), ("barge", "3")])
    def test_it_may_be_heard_from_the_beginning(
        self, hotline: Hotline, talk: SimCaller, verb: str, key: str
    ) -> None:
        watches(hotline, "1001", verb)
        assert heard_by(hotline, SUPERVISOR) == key

    def test_keys_of_the_phone_do_the_same(self, hotline: Hotline, talk: SimCaller) -> None:
        watches(hotline, "1001")
        hotline.sim.seat(SUPERVISOR).press("2")
        wait_for(lambda: listening(hotline) == [(SUPERVISOR, "1001", "whisper")], "whispers")

    def test_nobody_speaks_to_the_caller_alone(self, hotline: Hotline, talk: SimCaller) -> None:
        watches(hotline, "1001", "whisper")
        hotline.sim.seat(SUPERVISOR).press("1")
        is_heard(hotline, "2")
        assert listening(hotline) == [(SUPERVISOR, "1001", "whisper")]

    def test_two_may_listen_to_one_talk(self, hotline: Hotline, talk: SimCaller) -> None:
        watches(hotline, "1001")
        watches(hotline, "1001", "whisper", at=OTHER)
        assert {row[0] for row in listening(hotline)} == {SUPERVISOR, OTHER}
        asks(hotline, "stop", "1001", at=SUPERVISOR, who="8001", why="")
        wait_for(lambda: hotline.sim.seat(SUPERVISOR).leg is None, "the first has gone")
        assert heard_by(hotline, OTHER) == "2"
        talk.hang_up()
        wait_for(lambda: hotline.sim.seat(OTHER).leg is None, "the second has gone")
        assert {leg.seat for leg in legs(hotline, talk)} == {SUPERVISOR, OTHER}

    def test_the_record_tells_who_listened_and_how(self, hotline: Hotline, talk: SimCaller) -> None:
        watches(hotline, "1001")
        watches(hotline, "1001", "barge")
        is_heard(hotline, "3")
        hotline.sim.seat(SUPERVISOR).hang_up()
        wait_for(lambda: not listening(hotline), "nobody listens")
        talk.hang_up()
        (leg,) = legs(hotline, talk)
        assert (leg.seat, leg.agent) == (SUPERVISOR, "8001")
        assert leg.ended_at is not None
        record = hotline.record_of(talk)
        told = [(step.what, step.facts.get("mode")) for step in record.trace]
        assert ("supervisor.listens", "listen") in told
        assert ("supervisor.listens", "barge") in told
        assert ("supervisor.listens_no_more", None) in told
        assert leg.ended_at < record.ended_at

    def test_the_end_of_the_call_ends_it(self, hotline: Hotline, talk: SimCaller) -> None:
        watches(hotline, "1001")
        talk.hang_up()
        wait_for(lambda: hotline.sim.seat(SUPERVISOR).leg is None, "the phone is free")
        wait_for(lambda: not listening(hotline), "nobody listens")

    def test_no_caller_is_offered_to_the_supervisor_meanwhile(
        self, hotline: Hotline, talk: SimCaller
    ) -> None:
        hotline.makes_ready(SUPERVISOR)
        watches(hotline, "1001")
        assert hotline.seat(SUPERVISOR)["state"] == "talking"
        hotline.sim.seat(SUPERVISOR).hang_up()
        hotline.waits_until_seat_is(SUPERVISOR, "ready")

    def test_a_phone_that_is_not_picked_up_is_let_go(
        self, hotline: Hotline, talk: SimCaller
    ) -> None:
        hotline.sim.seat(SUPERVISOR).will_refuse()
        asks(hotline, "listen", target="1001", at=SUPERVISOR, who="8001", why="")
        wait_for(lambda: not listening(hotline), "nobody listens")
        talk.hang_up()
        assert legs(hotline, talk) == []


class TestWhatCannotBe:
    @pytest.mark.parametrize(
        ("verb", "body", "why"),
        [
            ("listen", {"target": "1003", "at": SUPERVISOR}, "seat 1003 talks with nobody here"),
            ("listen", {"target": "1001", "at": "1001"}, "seat 1001 is in a call itself"),
            ("listen", {"target": "1001", "at": "1099"}, "the plan has no seat 1099"),
            ("listen", {"target": "nonsense", "at": SUPERVISOR}, "no call begins with nonsense"),
            ("take-over", {"target": "1001", "at": SUPERVISOR}, "does not listen to seat 1001"),
            ("stop", {"target": "1001", "at": SUPERVISOR}, "does not listen to seat 1001"),
            ("release", {"target": "1003"}, "seat 1003 talks with nobody here"),
            ("force", {"target": "1001", "state": "asleep"}, "'ready', 'not-ready' or 'sign-out'"),
            ("force", {"target": "1099", "state": "ready"}, "the plan has no seat 1099"),
            ("sing", {"target": "1001"}, "use one of listen, whisper, barge, take-over"),
        ],
    )
    def test_is_refused_with_a_sentence(
        self, hotline: Hotline, talk: SimCaller, verb: str, body: dict[str, str], why: str
    ) -> None:
        with pytest.raises(Answer, match=why):
            asks(hotline, verb, **body, who="8001", why="")

    def test_one_supervisor_listens_to_one_talk_at_a_time(
        self, hotline: Hotline, talk: SimCaller
    ) -> None:
        talks(hotline, OTHER)
        watches(hotline, "1001")
        with pytest.raises(Answer, match="listens to seat 1001: stop that first"):
            asks(hotline, "listen", target=OTHER, at=SUPERVISOR, who="8001", why="")


class TestTakingOver:
    def test_the_caller_goes_on_with_the_supervisor(
        self, hotline: Hotline, talk: SimCaller
    ) -> None:
        watches(hotline, "1001")
        asks(hotline, "take-over", "1001", at=SUPERVISOR, who="8001", why="a threat")
        goes_on(hotline, talk)
        assert hotline.sim.seat("1001").leg is None
        assert listening(hotline) == []
        hotline.waits_until_seat_is("1001", "ready")

    def test_the_record_has_both_and_the_survey_follows(
        self, hotline: Hotline, talk: SimCaller
    ) -> None:
        hotline.makes_ready(SUPERVISOR)
        watches(hotline, "1001")
        asks(hotline, "take-over", "1001", at=SUPERVISOR, who="8001", why="")
        goes_on(hotline, talk)
        hotline.sim.seat(SUPERVISOR).hang_up()
        talk.ended.wait()
        record = hotline.record_of(talk)
        assert (record.seat, record.agent) == (SUPERVISOR, f"8{SUPERVISOR}")
        assert record.survey_key == "2"
        roles = [(leg.role, leg.seat) for leg in record.legs]
        assert roles[:3] == [("caller", ""), ("seat", "1001"), ("seat", SUPERVISOR)]
        hotline.waits_until_seat_is(SUPERVISOR, "ready")


class TestReleasing:
    @pytest.mark.parametrize("by", ["seat", "call"])
    def test_the_seat_is_free_and_the_caller_is_asked_for_satisfaction(
        self, hotline: Hotline, talk: SimCaller, by: str
    ) -> None:
        target = "1001" if by == "seat" else talk.uuid[:12]
        asks(hotline, "release", target, what=f"{by}s", who="8001", why="")
        talk.ended.wait()
        assert hotline.record_of(talk).survey_key == "2"
        hotline.waits_until_seat_is("1001", "ready")


class TestForcing:
    def test_a_seat_is_ready_or_not_as_the_supervisor_says(self, hotline: Hotline) -> None:
        hotline.makes_ready("1001")
        body = {"target": "1001", "state": "not-ready", "reason": "meeting"}
        asks(hotline, "force", **body, who="8001", why="")
        seat = hotline.waits_until_seat_is("1001", "not_ready")
        assert seat["reason"] == "meeting"
        asks(hotline, "force", target="1001", state="ready", who="8001", why="")
        hotline.waits_until_seat_is("1001", "ready")

    def test_a_seat_that_talks_is_signed_out_behind_its_call(
        self, hotline: Hotline, talk: SimCaller
    ) -> None:
        asks(hotline, "force", target="1001", state="sign-out", who="8001", why="")
        assert hotline.seat("1001")["state"] == "talking"
        talk.hang_up()
        hotline.waits_until_seat_is("1001", "signed_out")


class TestTheAudit:
    def test_has_everything_with_who_and_why(self, hotline: Hotline, talk: SimCaller) -> None:
        watches(hotline, "1001", "whisper")
        asks(hotline, "take-over", "1001", at=SUPERVISOR, who="8001", why="a threat")
        with pytest.raises(Answer):
            asks(hotline, "release", target=OTHER, who="8001", why="talks with nobody")
        said = hotline.admin("audit", "--json")
        rows = said.stdout
        for verb in ("whisper", "take-over"):
            assert f'"verb": "{verb}"' in rows
        assert '"why": "a threat"' in rows
        assert "talks with nobody" not in rows


class TestTheCommandLine:
    def test_says_what_it_does(self, hotline: Hotline, talk: SimCaller) -> None:
        def says(*words: str) -> str:
            done = hotline.admin("supervise", *words)
            assert done.returncode == 0, done.stderr
            return done.stdout

        heard: list[tuple[tuple[str, ...], str]] = [
            (("listen", "1001", "--at", SUPERVISOR), f"seat {SUPERVISOR} hears seat 1001 in call"),
            (("barge", "1001", "--at", SUPERVISOR), "is heard by all who talk with seat 1001"),
        ]
        for words, expected in heard:
            assert expected in says(*words)
            wait_for(lambda: heard_by(hotline, SUPERVISOR) != "", "listens")
        assert "barge" in says("list")
        assert "listens to seat 1001 no more" in says("stop", "--at", SUPERVISOR)
        assert "the talk of seat 1001 is over" in says("release", "1001")
        talk.ended.wait()
        assert says("state", "1001", "not-ready", "--reason", "lunch") == "seat 1001: not_ready\n"
