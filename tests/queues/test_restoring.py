"""After Redis was lost agents sit where they sat, and supervisors' words hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import redis

from routing.callflow import Call, State
from routing.callflow.parties import Party
from routing.seats import Offer, SeatState
from routing.transfers import Role, Target
from switchd.attendance import Attendance
from switchd.queues.facts import QueueUnavailable
from switchd.queues.keys import Keys
from switchd.queues.stream import SeatStream
from switchd.records.audit import OperatorAction
from switchd.records.errors import StoreUnavailable
from switchd.records.schema import migrate
from switchd.records.sessions import Sessions
from switchd.restoring import BUSY_SECONDS, Restoring, standing
from switchd.seating import Seating
from tests.queues.hall import CITY, Hall
from tests.queues.test_seating import CITY as PLAN


def said(verb: str, target: str, **facts: object) -> OperatorAction:
    return OperatorAction(CITY, 0.0, "B01", verb, target, facts)


class House:
    """Daemons of a city, of which one restores; agents at 1001 to 1003."""

    def __init__(self, client: redis.Redis, sql: str) -> None:
        self.client = client
        self.hall = Hall(client)
        self.sessions = Sessions(sql, CITY)
        self.calls: list[Call] = []
        self.words: list[OperatorAction] = []
        self.away = False
        self.stream = SeatStream(client, CITY, "daemon-1")
        self.seating = Seating(self.hall.list, lambda: self.hall.now, list)
        self.restoring = self.another("daemon-1")
        self.attendance = Attendance(
            self.stream, self.sessions, lambda: self.hall.now, lambda _: None
        )
        self.starts()

    def another(self, owner: str) -> Restoring:
        """What restores in one more daemon."""
        return Restoring(
            self.hall.list,
            SeatStream(self.client, CITY, owner),
            self.sessions,
            self,
            plan=lambda: PLAN,
            calls=lambda: self.calls,
            seated=self.seating.seated,
            now=lambda: self.hall.now,
            pause=lambda _: None,
        )

    def standing(self, city: str) -> list[OperatorAction]:
        if self.away:
            raise StoreUnavailable("SQL is away")
        return self.words

    def starts(self) -> bool:
        """The daemon finds Redis as it is."""
        self.seating.arrange(PLAN)
        done = self.restoring.restore()
        for seat in PLAN.seats:
            self.hall.list.phone(seat, True, self.hall.now)
        return done

    def writes(self) -> None:
        while self.attendance.step(0.0):
            pass

    def loses(self) -> None:
        """Everything that was done is in SQL, and Redis forgets all of it."""
        self.writes()
        self.hall.after(60)
        self.client.flushall()

    def signs_in(self, seat: str, agent: str) -> None:
        self.hall.list.sign_in(seat, agent, self.hall.now)
        self.seating.seated(seat, agent)

    def offer(self, seat: str, agent: str) -> Offer:
        now = self.hall.now
        return Offer("token-0", "c0", seat, agent, "intake", now, now + 15)


@pytest.fixture
def house(client: redis.Redis, tmp_path: Path) -> Iterator[House]:
    sql = f"sqlite:///{tmp_path}/records.db"
    migrate(sql)
    house = House(client, sql)
    yield house
    house.sessions.close()


class TestAgents:
    def test_they_are_signed_in_again_with_their_state_and_skills(self, house: House) -> None:
        hall = house.hall
        house.signs_in("1001", "A017")
        hall.list.ready("1001", hall.now)
        house.signs_in("1002", "A018")
        hall.list.not_ready("1002", "吃饭", hall.now)
        house.loses()
        assert house.starts()
        ready, resting = hall.view("1001"), hall.view("1002")
        assert (ready.agent, ready.state) == ("A017", SeatState.READY)
        assert ready.groups == ("english", "intake")
        assert (resting.agent, resting.state, resting.reason) == (
            "A018",
            SeatState.NOT_READY,
            "吃饭",
        )

    def test_their_session_goes_on_and_the_time_between_is_not_guessed(self, house: House) -> None:
        hall = house.hall
        began = hall.now
        house.signs_in("1001", "A017")
        hall.list.ready("1001", hall.now)
        house.loses()
        house.starts()
        house.writes()
        (session,) = house.sessions.recent(10)
        assert (session.began_at, session.ended_at) == (began, None)

    def test_the_order_in_which_they_have_been_idle_is_kept(self, house: House) -> None:
        hall = house.hall
        for seat, agent in (("1002", "A018"), ("1001", "A019")):
            house.signs_in(seat, agent)
            hall.list.ready(seat, hall.now)
            hall.after(1)
        house.loses()
        house.starts()
        hall.call("c1", "intake")
        assert hall.matches() == [("c1", "1002")]

    def test_who_signed_out_before_is_not_signed_in(self, house: House) -> None:
        house.signs_in("1001", "A017")
        house.hall.list.sign_out("1001", house.hall.now)
        house.loses()
        house.starts()
        assert house.hall.state("1001") is SeatState.SIGNED_OUT

    def test_a_redis_that_lost_nothing_is_left_as_it_is(self, house: House) -> None:
        house.signs_in("1001", "A017")
        house.writes()
        house.hall.list.sign_out("1001", house.hall.now)
        house.starts()
        assert house.hall.state("1001") is SeatState.SIGNED_OUT

    def test_the_others_wait_for_the_one_who_restores(self, house: House) -> None:
        house.signs_in("1001", "A017")
        house.loses()
        house.seating.arrange(PLAN)
        assert house.stream.begin_restoring()
        other = house.another("daemon-2")
        with pytest.raises(QueueUnavailable, match="another daemon has not restored"):
            other.restore()
        house.restoring.restore()
        assert other.restore()
        assert house.hall.view("1001").agent == "A017"

    def test_what_is_done_after_it_is_not_undone_by_another_daemon(self, house: House) -> None:
        house.signs_in("1001", "A017")
        house.loses()
        house.starts()
        house.hall.list.sign_out("1001", house.hall.now)
        house.another("daemon-2").restore()
        assert house.hall.state("1001") is SeatState.SIGNED_OUT

    def test_a_redis_that_went_back_an_hour_is_told_what_it_has_forgotten(
        self, house: House
    ) -> None:
        hall = house.hall
        house.signs_in("1002", "A018")
        house.writes()
        hall.after(60)
        house.signs_in("1001", "A017")
        house.writes()
        client, keys = house.client, Keys(CITY)
        last = client.xrevrange(keys.events, count=1)[0][0]
        client.xdel(keys.events, last)
        client.srem(keys.seats, "1001")
        client.delete(keys.seat + "1001")
        client.hdel(keys.agents, "A017")
        house.starts()
        assert hall.view("1001").agent == "A017"
        assert hall.view("1002").agent == "A018"

    def test_without_sql_it_is_tried_again_later(self, house: House) -> None:
        house.signs_in("1001", "A017")
        house.loses()
        house.away = True
        assert not house.starts()
        assert house.stream.life("0-0").name == ""
        house.away = False
        assert house.starts()
        assert house.hall.view("1001").agent == "A017"


class TestTalks:
    @pytest.fixture
    def talking(self, house: House) -> House:
        """An agent talked with a caller of this daemon when Redis was lost."""
        house.signs_in("1001", "A017")
        house.hall.list.ready("1001", house.hall.now)
        house.hall.talk("1001", "c0", "intake")
        house.loses()
        offer = house.offer("1001", "A017")
        now = house.hall.now
        house.calls = [Call("c0", now, state=State.TALKING, offers=(offer,), answered_at=now - 30)]
        return house

    def test_a_seat_that_talks_is_talking(self, talking: House) -> None:
        talking.starts()
        view = talking.hall.view("1001")
        assert (view.agent, view.state, view.call) == ("A017", SeatState.TALKING, "c0")
        talking.hall.after(BUSY_SECONDS)
        talking.hall.list.sweep(talking.hall.now)
        assert talking.hall.list.release("1001", "token-0", 0, talking.hall.now)

    def test_one_whose_caller_is_gone_is_ready_soon(self, talking: House) -> None:
        talking.calls = []
        talking.starts()
        assert talking.hall.state("1001") is SeatState.WRAP_UP
        talking.hall.after(BUSY_SECONDS)
        talking.hall.list.sweep(talking.hall.now)
        assert talking.hall.state("1001") is SeatState.READY

    def test_a_phone_that_only_rang_is_no_talk(self, talking: House) -> None:
        talking.calls = [replace(talking.calls[0], state=State.RINGING, answered_at=None)]
        talking.starts()
        assert talking.hall.state("1001") is SeatState.WRAP_UP

    def test_a_seat_that_was_brought_into_a_call_is_talking_too(self, talking: House) -> None:
        talking.writes()
        second = replace(talking.offer("1002", "A018"), token="token-1")
        party = Party("token-1", Role.CONSULT, "1002", Target.parse("seat:1002"), second)
        state = replace(talking.calls[0], state=State.CONSULTING)
        talking.calls = [replace(state, parties=(replace(party, answered=True),))]
        talking.starts()
        seats = [talking.hall.view(seat) for seat in ("1001", "1002")]
        assert [(seat.agent, seat.state) for seat in seats] == [
            ("A017", SeatState.TALKING),
            ("A018", SeatState.TALKING),
        ]

    def test_a_talk_that_ends_meanwhile_leaves_no_seat_talking(self, talking: House) -> None:
        here = talking.calls
        ended = [replace(here[0], state=State.SURVEY, offers=())]
        asked = iter([here, ended])
        restoring = talking.another("daemon-1")
        restoring._calls = lambda: next(asked)
        talking.seating.arrange(PLAN)
        restoring.restore()
        assert talking.hall.state("1001") is SeatState.READY


class TestSupervisors:
    def test_a_paused_group_stays_paused_with_its_notice(self, house: House) -> None:
        house.words = [said("pause", "intake", prompt="storm", waiting=3)]
        house.loses()
        house.starts()
        assert house.hall.list.notice("intake") == "storm"

    def test_a_changed_skill_counts_for_whoever_is_signed_in_again(self, house: House) -> None:
        house.signs_in("1002", "A018")
        house.words = [said("skill", "A018", skills={"english": 4})]
        house.loses()
        house.starts()
        assert house.hall.view("1002").groups == ("english", "intake")

    def test_a_group_that_the_plan_has_no_more_is_left_out(self, house: House) -> None:
        house.words = [said("pause", "gone", prompt="")]
        house.loses()
        assert house.starts()
        assert house.hall.list.notice("gone") is None


class TestStanding:
    def test_the_last_word_counts(self) -> None:
        words = standing(
            [
                said("pause", "intake", prompt="storm"),
                said("pause", "web", prompt=""),
                said("resume", "intake"),
                said("pause", "web", prompt="later"),
            ]
        )
        assert words.paused == {"web": "later"}

    def test_skills_are_added_taken_and_undone_one_by_one(self) -> None:
        words = standing(
            [
                said("skill", "A017", skills={"english": 5, "web": 3}),
                said("skill", "A017", skills={"english": 0}),
                said("skill", "A018", skills={"english": 2}),
                said("skill", "A017", skills={"web": None}),
            ]
        )
        assert words.skills == {"A017": {"english": 0}, "A018": {"english": 2}}
