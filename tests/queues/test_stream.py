"""What a seat does stands in the city's stream, once and in order."""

from __future__ import annotations

import pytest
import redis

from routing.seats import SeatState
from routing.sessions import Change, Sitting
from switchd.queues.keys import Keys
from switchd.queues.stream import BEGINNING, SeatStream, came_before
from tests.queues.hall import CITY, Hall


@pytest.fixture
def stream(client: redis.Redis) -> SeatStream:
    return SeatStream(client, CITY, "daemon-1")


def changes(stream: SeatStream, after: str = BEGINNING) -> list[Change]:
    return list(stream.read(after, 1000, 0.001).changes)


def states(stream: SeatStream, seat: str = "1001") -> list[tuple[str, str, str]]:
    """State, reason and call of everything that a seat became."""
    return [(one.state, one.reason, one.call) for one in changes(stream) if one.seat == seat]


class TestSeats:
    def test_a_call_from_signing_in_to_signing_out(self, hall: Hall, stream: SeatStream) -> None:
        hall.seat("1001", agent="A017")
        hall.after(5)
        offer = hall.talk("1001", "c1")
        hall.after(60)
        hall.list.release("1001", offer.token, 10, hall.now)
        hall.after(30)
        hall.list.sweep(hall.now)
        hall.after(30)
        hall.list.sign_out("1001", hall.now)
        assert states(stream) == [
            ("not_ready", "signed_in", ""),
            ("ready", "", ""),
            ("offered", "", "c1"),
            ("talking", "", "c1"),
            ("wrap_up", "", ""),
            ("ready", "", ""),
            ("signed_out", "", ""),
        ]
        told = changes(stream)
        assert {one.agent for one in told} == {"A017"}
        began = told[0].at
        assert [one.at - began for one in told] == [0, 0, 5, 5, 65, 75, 125]

    def test_what_changes_nothing_is_not_told(self, hall: Hall, stream: SeatStream) -> None:
        hall.seat("1001")
        before = len(changes(stream))
        hall.list.ready("1001", hall.now)
        hall.list.phone("1001", False, hall.now)
        hall.list.serve("1001", {"web": 3}, hall.now)
        assert len(changes(stream)) == before

    def test_another_reason_is_another_state(self, hall: Hall, stream: SeatStream) -> None:
        hall.seat("1001")
        for reason in ("break", "training", "training"):
            hall.list.not_ready("1001", reason, hall.now)
        assert states(stream)[-2:] == [("not_ready", "break", ""), ("not_ready", "training", "")]

    def test_a_seat_that_need_not_answer_is_ready_from_then_on_though_its_turn_is_older(
        self, hall: Hall, stream: SeatStream
    ) -> None:
        hall.seat("1001")
        idle_since = hall.now
        hall.after(5)
        hall.call("c1")
        hall.after(7)
        hall.list.leave("c1", hall.now)
        assert hall.view("1001").since == idle_since
        assert changes(stream)[-1] == Change(hall.now, "1001", "agent-1001", "ready", "", "")

    def test_who_moves_signs_out_at_the_old_seat_first(
        self, hall: Hall, stream: SeatStream
    ) -> None:
        hall.seat("1001", agent="A017")
        hall.define("1002", "hotline")
        hall.list.sign_in("1002", "A017", hall.now, take_over=True)
        told = [(one.seat, one.state, one.reason, one.agent) for one in changes(stream)[-2:]]
        assert told == [
            ("1001", "signed_out", "moved", "A017"),
            ("1002", "not_ready", "signed_in", "A017"),
        ]

    def test_a_seat_that_the_plan_loses_signs_its_agent_out(
        self, hall: Hall, stream: SeatStream
    ) -> None:
        hall.seat("1001")
        hall.list.forget_seat("1001", hall.now)
        assert states(stream)[-1][0] == "signed_out"


class TestReading:
    def test_it_goes_on_after_what_was_read(self, hall: Hall, stream: SeatStream) -> None:
        hall.seat("1001")
        read = stream.read(BEGINNING, 1, 0.001)
        assert len(read.changes) == 1
        assert [one.state for one in changes(stream, read.last_id)] == ["ready"]

    def test_nothing_new_leaves_the_reader_where_it_is(self, stream: SeatStream) -> None:
        assert stream.read("5-0", 10, 0.001).last_id == "5-0"

    def test_entries_of_other_kinds_are_passed_over(
        self, hall: Hall, stream: SeatStream, client: redis.Redis
    ) -> None:
        hall.seat("1001")
        client.xadd(Keys(CITY).events, {"kind": "call", "call": "c1"})
        read = stream.read(BEGINNING, 10, 0.001)
        assert len(read.changes) == 2
        assert stream.read(read.last_id, 10, 0.001).changes == ()

    def test_the_stream_does_not_grow_for_ever_and_who_falls_behind_can_tell(
        self, hall: Hall, stream: SeatStream, client: redis.Redis
    ) -> None:
        hall.seat("1001")
        read = stream.read(BEGINNING, 10, 0.001).last_id
        pipeline = client.pipeline(transaction=False)
        for _ in range(101_000):
            pipeline.xadd(Keys(CITY).events, {"kind": "call"})
        pipeline.execute()
        assert stream.life(read).has_entry
        hall.list.not_ready("1001", "break", hall.now)
        assert not stream.life(read).has_entry
        assert client.xlen(Keys(CITY).events) <= 100_100


class TestLife:
    def test_a_redis_that_was_emptied_has_none_until_all_is_restored(
        self, client: redis.Redis, stream: SeatStream
    ) -> None:
        assert stream.life(BEGINNING).name == ""
        stream.begin_life()
        first = stream.life(BEGINNING).name
        assert first
        client.flushall()
        assert stream.life(BEGINNING).name == ""
        stream.begin_life()
        assert stream.life(BEGINNING).name != first

    def test_an_entry_that_is_there_means_that_nothing_after_it_is_missing(
        self, hall: Hall, stream: SeatStream
    ) -> None:
        hall.seat("1001")
        last = stream.read(BEGINNING, 10, 0.001).last_id
        life = stream.life(last)
        assert life.has_entry
        assert came_before(life.first_id, last)
        assert not stream.life("1-0").has_entry

    def test_one_restores_at_a_time(self, client: redis.Redis, stream: SeatStream) -> None:
        other = SeatStream(client, CITY, "daemon-2")
        assert stream.begin_restoring()
        assert not other.begin_restoring()
        stream.begin_life()
        assert other.begin_restoring()

    def test_who_sits_where_is_told_with_the_place_in_the_stream(
        self, hall: Hall, stream: SeatStream
    ) -> None:
        hall.seat("1001", agent="A017")
        seated = hall.now
        hall.define("1002", "hotline")
        hall.after(5)
        hall.list.not_ready("1001", "break", hall.now)
        stream.begin_life()
        sat = stream.sat()
        assert sat.seats == (Sitting("1001", "A017", seated, "not_ready", hall.now, "break", ""),)
        assert stream.read(sat.last_id, 10, 0.001).changes == ()
        assert sat.life == stream.life(BEGINNING).name


class TestSittingAgain:
    @pytest.fixture
    def lost(self, hall: Hall) -> Hall:
        """Two seats at which nobody is known to sit any more, and a caller."""
        for seat in ("1001", "1002"):
            hall.define(seat, "hotline")
            hall.list.phone(seat, True, hall.now)
        hall.after(600)
        return hall

    def _again(self, hall: Hall, seat: str = "1001", state: SeatState = SeatState.READY) -> bool:
        return hall.list.sit_again(
            seat,
            "A017",
            seated_at=hall.now - 300,
            talks=4,
            state=state,
            since=hall.now - 60,
            reason="",
            wrap_up_until=hall.now + 10,
            now=hall.now,
        )

    def test_an_agent_who_was_ready_is_ready_with_the_old_idle_age(
        self, lost: Hall, stream: SeatStream
    ) -> None:
        lost.call("c1")
        assert self._again(lost)
        assert lost.matches() == [("c1", "1001")]
        seated = stream.sat().seats[0]
        assert (seated.agent, seated.seated_at) == ("A017", lost.now - 300)
        assert changes(stream)[0].at == lost.now

    def test_one_who_may_still_talk_is_ready_soon(self, lost: Hall) -> None:
        lost.call("c1")
        assert self._again(lost, state=SeatState.WRAP_UP)
        assert lost.matches() == []
        lost.after(10)
        lost.list.sweep(lost.now)
        assert lost.matches() == [("c1", "1001")]

    def test_who_has_signed_in_elsewhere_meanwhile_stays_there(self, lost: Hall) -> None:
        lost.list.sign_in("1002", "A017", lost.now)
        assert not self._again(lost)
        assert lost.state("1001") is SeatState.SIGNED_OUT

    def test_a_seat_where_somebody_signed_in_meanwhile_is_left_alone(self, lost: Hall) -> None:
        lost.list.sign_in("1001", "A018", lost.now)
        lost.list.sign_out("1001", lost.now)
        assert not self._again(lost)
        assert lost.state("1001") is SeatState.SIGNED_OUT

    def test_twice_is_once(self, lost: Hall) -> None:
        assert self._again(lost)
        assert not self._again(lost)

    def test_a_seat_that_is_not_known_stays_unknown(self, lost: Hall) -> None:
        assert not self._again(lost, "9999")
        assert lost.list.seat("9999") is None

    def test_a_talk_that_goes_on_keeps_the_seat_from_callers_until_it_ends(
        self, lost: Hall
    ) -> None:
        self._again(lost, state=SeatState.WRAP_UP)
        talk = ("1001", "A017", "c0", "token-0", lost.now - 60, lost.now)
        assert lost.list.talk_on(*talk)
        assert lost.list.talk_on(*talk)
        lost.call("c1")
        lost.after(60)
        lost.list.sweep(lost.now)
        assert (lost.state("1001"), lost.matches()) == (SeatState.TALKING, [])
        assert lost.list.release("1001", "token-0", 0, lost.now)
        assert lost.matches() == [("c1", "1001")]

    def test_a_talk_of_somebody_who_was_not_known_to_sit_there_signs_in(self, lost: Hall) -> None:
        assert lost.list.talk_on("1001", "A017", "c0", "token-0", lost.now - 60, lost.now)
        view = lost.view("1001")
        assert (view.agent, view.state, view.call) == ("A017", SeatState.TALKING, "c0")

    def test_a_seat_that_has_another_caller_keeps_it(self, lost: Hall) -> None:
        lost.seat("1001")
        lost.talk("1001", "c1")
        talk = ("1001", "A017", "c0", "token-0", lost.now, lost.now)
        assert not lost.list.talk_on(*talk)
        assert lost.view("1001").call == "c1"
