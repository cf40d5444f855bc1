"""People who hang up and are called back, and messages, with the whole daemon."""

from __future__ import annotations

import signal
import wave
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from typing import Any

import orjson
import pytest
from gevent.pywsgi import WSGIServer

from routing.outgoing import Callback, Status
from routing.record import CallKind, CallRecord, Outcome
from switchd.records.callbacks import Callbacks
from switchd.records.store import Store
from switchd.sim.callers import CallerState, SimCaller
from switchd.sim.numbers import Number
from tests.scenarios.hotline import CITY, Hotline, heard, wait_for

MOBILE, ANOTHER, LATER = "13937512345", "13800138000", "13700137000"
MOST_OPEN = 3
SETTINGS: dict[str, Any] = {
    **CITY,
    "trunks": {"trunk": {"proxy": "127.0.0.1:5099"}},
    "callbacks": {
        "tries": 2,
        "pause_seconds": 1,
        "ring_seconds": 5,
        "missed": {
            "lines": ["12315", "12333"],
            "after_seconds": 0.1,
            "delay_seconds": 0.1,
            "congested": True,
            "most_open": MOST_OPEN,
        },
    },
    "voicemail": {"shortest_seconds": 1},
    "groups": {**CITY["groups"], "market": {**CITY["groups"]["market"], "ring_seconds": 25}},
    "lines": {
        **CITY["lines"],
        "12328": {
            "kind": "parallel",
            "title": "市交通运输局",
            "group": "market",
            "overflow": [{"after_seconds": 0.3, "then": "voicemail"}],
        },
        "12333": {
            "kind": "parallel",
            "title": "市人力资源和社会保障局",
            "group": "market",
            "limits": {"waiting": 1, "then": "busy"},
        },
    },
}


@pytest.fixture(scope="module")
def running() -> Iterator[Hotline]:
    hotline = Hotline(SETTINGS)
    try:
        hotline.start_daemon()
        yield hotline
    finally:
        hotline.close()


@pytest.fixture
def hotline(running: Hotline) -> Hotline:
    for callback in open_callbacks(running):
        running.client.change_callback(callback.id, "cancel", "test")
    running.begins_anew()
    for number in (MOBILE, ANOTHER, LATER):
        running.sim.number(number).will_answer()
    return running


def register(hotline: Hotline) -> Callbacks:
    return Callbacks(f"sqlite:///{hotline.folder / 'state' / 'records.sqlite3'}", "testcity")


def open_callbacks(hotline: Hotline) -> list[Callback]:
    with closing(register(hotline)) as callbacks:
        return callbacks.open()


def audited(hotline: Hotline, target: str) -> list[tuple[str, str]]:
    """What was done and who did it, the latest first."""
    listed = orjson.loads(hotline.admin("audit", "--of", target, "--json").stdout)
    return [(one["verb"], one["who"]) for one in listed]


def callback_of(hotline: Hotline, number: str, status: Status) -> Callback:
    """Wait until the number's latest callback is where it is expected."""

    def reached() -> Callback | None:
        with closing(register(hotline)) as callbacks:
            latest = next((one for one in callbacks.recent(50) if one.number == number), None)
        return latest if latest is not None and latest.status is status else None

    found = wait_for(reached, f"the callback of {number} is {status}")
    assert isinstance(found, Callback)
    return found


def tries(hotline: Hotline, callback: Callback, count: int) -> list[CallRecord]:
    """Wait for the records of a callback's tries; the earliest comes first."""

    def written() -> list[CallRecord]:
        with closing(Store(f"sqlite:///{hotline.folder / 'state' / 'records.sqlite3'}")) as store:
            found = [one for one in store.recent(200) if one.callback == str(callback.id)]
        records = [one for one in reversed(found) if one.kind is CallKind.CALLBACK]
        return records if len(records) == count else []

    return wait_for(written, f"{count} records of tries")  # type: ignore[no-any-return]


def is_written_on(person: Number) -> bool:
    """Whether the leg itself says that its talk has begun."""
    return any("switchd_answered_at" in leg.variables for leg in person.legs)


def is_called_back(hotline: Hotline, number: str = MOBILE, *seats: str) -> Number:
    """Make seats ready that pick up, and wait until one of them talks with the person."""
    person = hotline.sim.number(number)
    before = person.talked
    for seat in seats:
        hotline.sim.seat(seat).will_answer()
    hotline.makes_ready(*seats)
    wait_for(lambda: person.talked > before, f"{number} is called back and talks")
    return person


def asks_to_be_called_back(hotline: Hotline, number: str = MOBILE) -> SimCaller:
    """Wait in the queue, press 1, confirm the number, hear that it is kept."""
    caller = hotline.waits(number)
    caller.mind = mind(caller, {"callback_keys": "1"})
    caller.press("1")
    wait_for(lambda: caller.state is CallerState.ENDED, "the caller is let go")
    return caller


def mind(caller: SimCaller, answers: Mapping[str, str]) -> Any:
    return replace(caller.mind, answers=dict(answers))


def leaves_a_message(hotline: Hotline) -> SimCaller:
    """Speak for three seconds behind the beep, and hang up."""
    caller = hotline.sim.call(MOBILE, "12328")
    wait_for(lambda: "beep" in heard(caller), "the beep")
    wait_for(lambda: hotline.call_of(caller)["state"] == "voicemail", "it is recorded")
    spoken_until = hotline.sim.switch.clock.now() + 3
    wait_for(lambda: hotline.sim.switch.clock.now() > spoken_until, "some words")
    caller.hang_up()
    return caller


class TestKeepingThePlace:
    def test_who_asked_is_called_back_and_talks_with_a_seat(self, hotline: Hotline) -> None:
        caller = asks_to_be_called_back(hotline)
        assert "callback_kept" in heard(caller)
        assert hotline.record_of(caller).outcome is Outcome.CALLBACK
        is_called_back(hotline, MOBILE, "1001")
        shown = hotline.sim.seat("1001").shown[-1]
        assert shown.startswith("回拨 12345 政务服务便民热线 已等候0分钟")
        assert shown.endswith(MOBILE)
        assert hotline.seat("1001")["state"] == "talking"
        hotline.seat_hangs_up("1001")
        done = callback_of(hotline, MOBILE, Status.DONE)
        assert done.tries == 1
        (record,) = tries(hotline, done, 1)
        assert done.answered_in == record.call
        assert (record.outcome, record.seat, record.agent) == (Outcome.ANSWERED, "1001", "81001")
        assert [leg.role for leg in record.legs] == ["seat", "called"]
        assert hotline.recording(record).exists()

    def test_a_callback_is_served_before_callers_who_came_later(self, hotline: Hotline) -> None:
        asks_to_be_called_back(hotline)
        later = hotline.waits(LATER)
        is_called_back(hotline, MOBILE, "1001")
        assert later.state is CallerState.WAITING
        hotline.seat_hangs_up("1001")
        wait_for(lambda: later.state is CallerState.TALKING, "then the later caller")
        later.hang_up()

    def test_a_person_who_is_free_now_is_better_than_a_callback(self, hotline: Hotline) -> None:
        caller = hotline.waits(ANOTHER)
        caller.press("1")
        wait_for(lambda: "callback_question" in heard(caller), "the question")
        hotline.sim.seat("1001").will_answer()
        hotline.makes_ready("1001")
        wait_for(lambda: caller.state is CallerState.TALKING, "they talk at once")
        caller.hang_up()
        assert open_callbacks(hotline) == []

    def test_two_calls_of_one_number_make_one_callback(self, hotline: Hotline) -> None:
        first = asks_to_be_called_back(hotline)
        second = asks_to_be_called_back(hotline)
        assert len(open_callbacks(hotline)) == 1
        ids = {hotline.record_of(caller).callback for caller in (first, second)}
        assert len(ids) == 1

    def test_who_calls_again_and_is_answered_is_not_called_back(self, hotline: Hotline) -> None:
        asks_to_be_called_back(hotline, ANOTHER)
        again = hotline.waits(ANOTHER)
        rang = hotline.sim.number(ANOTHER).rang
        hotline.sim.seat("1001").will_answer()
        hotline.makes_ready("1001")
        wait_for(lambda: again.state is CallerState.TALKING, "they talk")
        again.hang_up()
        assert hotline.sim.number(ANOTHER).rang == rang
        done = callback_of(hotline, ANOTHER, Status.DONE)
        assert done.closed_by == "the caller called again"

    def test_a_number_can_be_typed_but_no_emergency_service(self, hotline: Hotline) -> None:
        caller = hotline.waits(MOBILE)
        caller.mind = mind(caller, {"callback_keys": "2", "callback_type_number": "1101101#"})
        caller.press("1")
        wait_for(lambda: "callback_bad_number" in heard(caller), "the number is refused")
        caller.mind = mind(caller, {"callback_type_number": f"{ANOTHER}#", "callback_keys": "1"})
        wait_for(lambda: caller.state is CallerState.ENDED, "the caller is let go")
        assert [one.number for one in open_callbacks(hotline)] == [ANOTHER]


class TestTries:
    def test_busy_and_silent_people_are_called_again_and_then_given_up(
        self, hotline: Hotline
    ) -> None:
        asks_to_be_called_back(hotline)
        hotline.sim.number(MOBILE).will_be_busy()
        hotline.makes_ready("1001")
        paused = callback_of(hotline, MOBILE, Status.PAUSED)
        assert (paused.tries, paused.last_cause) == (1, "USER_BUSY")
        hotline.sim.number(MOBILE).will_not_answer()
        failed = callback_of(hotline, MOBILE, Status.FAILED)
        assert (failed.tries, failed.closed_by) == (2, "not reached in 2 tries")
        outcomes = [record.outcome for record in tries(hotline, failed, 2)]
        assert outcomes == [Outcome.NOT_REACHED, Outcome.NOT_REACHED]
        hotline.waits_until_seat_is("1001", "ready")

    def test_a_seat_that_does_not_pick_up_costs_no_try(self, hotline: Hotline) -> None:
        asks_to_be_called_back(hotline)
        hotline.sim.seat("1001").will_be_busy()
        hotline.sim.seat("1002").will_answer()
        hotline.makes_ready("1001")
        hotline.waits_until_seat_is("1001", "not_ready")
        is_called_back(hotline, MOBILE, "1002").hang_up()
        done = callback_of(hotline, MOBILE, Status.DONE)
        assert done.tries == 1
        assert [record.outcome for record in tries(hotline, done, 2)] == [
            Outcome.SEAT_MISSED,
            Outcome.ANSWERED,
        ]

    def test_a_missed_caller_of_a_line_with_that_rule_is_called_back(
        self, hotline: Hotline
    ) -> None:
        caller = hotline.sim.call(ANOTHER, "12315")
        wait_for(lambda: hotline.status()["waiting"] == 1, "the caller waits")
        wait_for(lambda: "all_busy" in heard(caller), "for a while")
        caller.hang_up()
        kept = callback_of(hotline, ANOTHER, Status.WAITING)
        assert (kept.reason, kept.asked_in) == ("missed", caller.uuid)
        is_called_back(hotline, ANOTHER, "1003").hang_up()
        callback_of(hotline, ANOTHER, Status.DONE)

    def test_who_said_no_to_a_callback_and_gave_up_is_not_called_back(
        self, hotline: Hotline
    ) -> None:
        caller = hotline.sim.call(ANOTHER, "12315")
        wait_for(lambda: hotline.status()["waiting"] == 1, "the caller waits")
        caller.press("1")
        wait_for(lambda: "callback_keys" in heard(caller), "the question")
        caller.press("0")
        wait_for(lambda: hotline.call_of(caller)["state"] == "waiting", "waits on")
        caller.hang_up()
        hotline.record_of(caller)
        silent = hotline.sim.call(LATER, "12315")
        wait_for(lambda: "all_busy" in heard(silent), "another waits")
        silent.hang_up()
        callback_of(hotline, LATER, Status.WAITING)
        assert [one.number for one in open_callbacks(hotline)] == [LATER]


class TestNoRoom:
    def test_who_found_the_list_full_is_called_back(self, hotline: Hotline) -> None:
        first = hotline.sim.call(MOBILE, "12333")
        wait_for(lambda: hotline.status()["waiting"] == 1, "the list is full")
        second = hotline.sim.call(ANOTHER, "12333")
        wait_for(second.ended.is_set, "the next one hears busy")
        kept = callback_of(hotline, ANOTHER, Status.WAITING)
        assert (kept.reason, kept.asked_in) == ("missed", second.uuid)
        hotline.sim.seat("1003").will_answer()
        hotline.makes_ready("1003")
        wait_for(lambda: first.state is CallerState.TALKING, "who waits is served first")
        first.hang_up()
        is_called_back(hotline, ANOTHER).hang_up()
        callback_of(hotline, ANOTHER, Status.DONE)

    def test_a_storm_leaves_no_more_callbacks_than_the_plan_allows(self, hotline: Hotline) -> None:
        first = hotline.sim.call(MOBILE, "12333")
        wait_for(lambda: hotline.status()["waiting"] == 1, "the list is full")
        callers = [hotline.sim.call(f"1350000{n:04}", "12333") for n in range(MOST_OPEN + 5)]
        for caller in callers:
            assert hotline.record_of(caller).outcome is Outcome.CONGESTED
        wait_for(lambda: len(open_callbacks(hotline)) == MOST_OPEN, "as many as allowed")
        wait_for(lambda: hotline.log.count("not called back") == 5, "the others are let be")
        first.hang_up()
        assert hotline.record_of(first).outcome is Outcome.ABANDONED


class TestAKeyWhileAPhoneRings:
    def test_lets_it_ring_and_a_person_is_better_than_a_callback(self, hotline: Hotline) -> None:
        hotline.sim.seat("1003").will_answer(after=15.0)
        caller = hotline.sim.call(MOBILE, "12333")
        wait_for(lambda: "all_busy" in heard(caller), "the caller waits")
        hotline.makes_ready("1003")
        wait_for(lambda: hotline.call_of(caller)["state"] == "ringing", "the phone rings")
        caller.press("1")
        wait_for(lambda: caller.state is CallerState.TALKING, "they talk")
        caller.hang_up()
        record = hotline.record_of(caller)
        assert record.outcome is Outcome.ANSWERED
        assert "queue.key" in [step.what for step in record.trace]
        assert "callback_question" not in heard(caller)

    def test_brings_the_question_if_nobody_picks_up(self, hotline: Hotline) -> None:
        hotline.sim.seat("1001").will_not_answer()
        caller = hotline.waits(MOBILE)
        hotline.makes_ready("1001")
        wait_for(lambda: hotline.call_of(caller)["state"] == "ringing", "the phone rings")
        caller.mind = mind(caller, {"callback_keys": "1"})
        caller.press("1")
        wait_for(lambda: caller.state is CallerState.ENDED, "asked, kept, let go")
        record = hotline.record_of(caller)
        steps = [step.what for step in record.trace]
        assert steps.index("queue.key") < steps.index("offer.refused")
        assert steps.index("offer.refused") < steps.index("callback.offered")
        assert record.outcome is Outcome.CALLBACK
        callback_of(hotline, MOBILE, Status.WAITING)


class TestTheCommandLine:
    def test_a_callback_can_be_added_listed_and_cancelled(self, hotline: Hotline) -> None:
        added = hotline.admin("callbacks", "add", "0139-3751-2345", "--by", "8001")
        assert added.returncode == 0, added.stderr
        (one,) = open_callbacks(hotline)
        assert MOBILE in hotline.admin("callbacks", "list").stdout
        refused = hotline.admin("callbacks", "add", "110", "--by", "8001")
        assert refused.returncode != 0
        assert "emergency" in refused.stderr + refused.stdout
        done = hotline.admin("callbacks", "cancel", str(one.id), "--by", "8001")
        assert done.returncode == 0, done.stderr
        assert open_callbacks(hotline) == []
        assert audited(hotline, one.key) == [("cancel", "8001"), ("call_back", "8001")]


class Listener:
    """The city's own system, to which messages are told over HTTP."""

    def __init__(self) -> None:
        self.told: list[tuple[str, dict[str, Any]]] = []
        self.answers = [503, 204]
        """What it answers, one after the other; then the last one for ever."""
        self._server = WSGIServer(("127.0.0.1", 0), self._take, log=None)
        self._server.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/voicemail"

    def _take(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        body = orjson.loads(environ["wsgi.input"].read())
        self.told.append((environ["PATH_INFO"], body))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        start_response(f"{answer} said", [("Content-Length", "0")])
        return [b""]

    def close(self) -> None:
        self._server.stop()


class TestVoicemail:
    def test_a_message_is_told_until_it_is_taken(self) -> None:
        listener = Listener()
        told = {**SETTINGS["voicemail"], "notify": listener.url}
        hotline = Hotline({**SETTINGS, "voicemail": told})
        try:
            hotline.start_daemon()
            caller = leaves_a_message(hotline)
            record = hotline.record_of(caller)
            wait_for(lambda: len(listener.told) == 2, "told, refused, told again")
            [(path, facts), again] = listener.told
            assert again == (path, facts)
            assert path == "/voicemail"
            assert (facts["event"], facts["city"], facts["call"]) == (
                "voicemail",
                "testcity",
                caller.uuid,
            )
            assert (facts["number"], facts["line"]) == (MOBILE, "12328")
            assert facts["recording"] == record.recording
            assert facts["seconds"] >= 1
        finally:
            hotline.close()
            listener.close()

    def test_a_message_is_recorded_listed_and_handled(self, hotline: Hotline) -> None:
        caller = leaves_a_message(hotline)
        record = hotline.record_of(caller)
        assert record.outcome is Outcome.VOICEMAIL
        with wave.open(str(hotline.recording(record))) as audio:
            assert audio.getnframes() > 0
        (message,) = [one for one in hotline.client.get("voicemails") if one["call"] == caller.uuid]
        assert message["handled_at"] is None
        assert message["seconds"] >= 1
        hotline.client.voicemail_handled(caller.uuid, "8001")
        assert hotline.admin("voicemail", "list").stdout.count(caller.uuid) == 0
        assert audited(hotline, caller.uuid) == [("handled", "8001")]


class TestADaemonThatDies:
    @pytest.fixture
    def own(self) -> Iterator[Hotline]:
        hotline = Hotline(SETTINGS)
        try:
            hotline.start_daemon()
            yield hotline
        finally:
            hotline.close()

    def test_a_callback_keeps_its_place_over_kill_9(self, own: Hotline) -> None:
        asks_to_be_called_back(own)
        later = own.waits(LATER)
        own.kill_daemon()
        own.start_daemon()
        wait_for(lambda: own.status()["waiting"] == 2, "both wait again")
        own.sim.number(MOBILE).will_answer()
        person = is_called_back(own, MOBILE, "1001")
        assert later.state is CallerState.WAITING
        person.hang_up()
        callback_of(own, MOBILE, Status.DONE)

    def test_a_try_that_died_with_the_daemon_is_made_again(self, own: Hotline) -> None:
        asks_to_be_called_back(own)
        own.sim.seat("1001").will_not_answer()
        own.makes_ready("1001")
        callback_of(own, MOBILE, Status.TRYING)
        own.stop_daemon(signal.SIGKILL)
        own.sim.number(MOBILE).will_answer()
        own.start_daemon()
        is_called_back(own, MOBILE, "1002").hang_up()
        callback_of(own, MOBILE, Status.DONE)

    def test_a_talk_that_ends_before_the_next_one_comes_closes_the_callback(
        self, own: Hotline
    ) -> None:
        asks_to_be_called_back(own)
        own.sim.number(MOBILE).will_answer()
        person = is_called_back(own, MOBILE, "1001")
        wait_for(lambda: is_written_on(person), "the talk is written on the leg")
        own.kill_daemon()
        person.hang_up()
        own.start_daemon()
        done = callback_of(own, MOBILE, Status.DONE)
        assert done.closed_by == "called back"
        assert own.sim.number(MOBILE).rang == 1

    def test_a_talk_of_a_callback_survives_and_closes_it(self, own: Hotline) -> None:
        asks_to_be_called_back(own)
        own.sim.number(MOBILE).will_answer()
        person = is_called_back(own, MOBILE, "1001")
        wait_for(lambda: is_written_on(person), "the talk is written on the leg")
        own.kill_daemon()
        own.start_daemon()
        assert person.legs, "the talk goes on"
        own.seat_hangs_up("1001")
        done = callback_of(own, MOBILE, Status.DONE)
        assert done.closed_by == "called back"
        assert own.sim.number(MOBILE).rang == 1
