"""The entrance: who waits, how many more may, and which number has which place."""

from __future__ import annotations

from dataclasses import replace

import pytest
import redis
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from routing.admission import Again, HeldPlace, Knock, Room
from routing.standing import Callers
from switchd.queues.entrance import Answer, Entrance
from switchd.queues.facts import QueueUnavailable, Superseded, read_event
from switchd.queues.keys import EntranceKeys, Keys
from tests.queues.hall import CITY

NOW = 1_800_000_000.0
MOBILE, OTHER = "13937512345", "13800138000"
PLACE = HeldPlace(
    "call-1", waits=True, group="english", language="en", priority=3, enqueued_at=NOW - 60
)


class Door:
    """An entrance in the words of a test."""

    def __init__(self, client: redis.Redis, owner: str = "daemon-1") -> None:
        self.client = client
        self.owner = owner
        self.entrance = Entrance(client, CITY, owner)

    def arrives(
        self, call: str, number: str = MOBILE, again: Again = Again.TAKE_OVER, **limits: int
    ) -> Answer:
        knock = Knock(call, number, "12345", "intake", again=again)
        knock = replace(knock, **limits)  # type: ignore[arg-type]
        [answer] = self.entrance.arrive([knock], Callers(), NOW)
        return answer

    def holds(self, place: HeldPlace = PLACE, number: str = MOBILE) -> None:
        self.entrance.hold_place(place.call, "12345", number, place, NOW)

    def leaves(self, call: str, number: str = MOBILE, kept: HeldPlace | None = None) -> None:
        self.entrance.leave_place(call, "12345", number, kept, 120.0 if kept else 0.0)


@pytest.fixture
def door(client: redis.Redis) -> Door:
    return Door(client)


class TestRoom:
    def test_who_is_let_in_counts_until_the_wait_is_over(self, door: Door) -> None:
        assert door.arrives("call-1").room == Room(0, 0)
        assert door.arrives("call-2", OTHER).room == Room(1, 1)
        door.leaves("call-1")
        assert door.arrives("call-3", "").room == Room(1, 1)

    def test_who_finds_the_list_full_does_not_count(self, door: Door) -> None:
        door.arrives("call-1", most_on_line=1)
        assert door.arrives("call-2", OTHER, most_on_line=1).room == Room(1, 1)
        assert door.arrives("call-3", "", most_in_group=1).room == Room(1, 1)

    def test_who_is_led_to_another_group_by_a_menu_counts_there(self, door: Door) -> None:
        door.arrives("call-1")
        door.holds()
        assert door.arrives("call-2", OTHER).room == Room(on_line=1, in_group=0)

    def test_what_an_owner_that_died_left_behind_counts_until_it_is_back(self, door: Door) -> None:
        door.arrives("call-1")
        assert door.arrives("call-2", OTHER).room == Room(1, 1)
        assert door.entrance.forget_held(120.0) == 2
        assert door.arrives("call-3", "").room == Room(0, 0)

    def test_another_owners_calls_count_too(self, door: Door) -> None:
        Door(door.client, "daemon-2").arrives("call-1")
        assert door.arrives("call-2", OTHER).room == Room(1, 1)
        door.entrance.forget_held(120.0)
        assert door.arrives("call-3", "").room == Room(1, 1)

    def test_nobody_counts_for_ever(self, door: Door) -> None:
        door.arrives("call-1")
        knock = Knock("call-2", OTHER, "12345", "intake")
        [answer] = door.entrance.arrive([knock], Callers(), NOW + 5 * 3600)
        assert answer.room == Room(0, 0)

    def test_many_are_asked_about_at_once(self, door: Door) -> None:
        knocks = [Knock(f"call-{n}", f"1390000000{n}", "12345", "intake") for n in range(5)]
        answers = door.entrance.arrive(knocks, Callers(), NOW)
        assert [answer.room.on_line for answer in answers] == [0, 1, 2, 3, 4]

    def test_a_redis_that_forgot_the_scripts_is_taught_again(self, door: Door) -> None:
        knocks = [Knock(f"call-{n}", f"1390000000{n}", "12345", "intake") for n in range(2)]
        door.client.script_flush()
        assert len(door.entrance.arrive(knocks, Callers(), NOW)) == 2


class TestOnePlaceForANumber:
    def test_a_further_call_goes_on_at_the_place_of_the_earlier(self, door: Door) -> None:
        door.arrives("call-1")
        door.holds()
        answer = door.arrives("call-2")
        assert answer.place == replace(PLACE, owner="daemon-1")
        assert answer.room == Room(0, 0)
        assert door.arrives("call-3", OTHER).room == Room(on_line=1, in_group=0)

    def test_the_earlier_calls_owner_hears_of_it(self, door: Door) -> None:
        other = Door(door.client, "daemon-2")
        other.arrives("call-1")
        place = door.arrives("call-2").place
        assert place is not None
        door.entrance.take_over(place, "call-2")
        entry = door.client.lpop(Keys(CITY).inbox + "daemon-2")
        assert read_event(str(entry)) == Superseded("call-1", "call-2")

    def test_a_full_list_keeps_nobody_from_the_own_place(self, door: Door) -> None:
        door.arrives("call-1", most_on_line=1)
        assert door.arrives("call-2", most_on_line=1).place is not None

    def test_a_further_call_may_be_refused_and_the_earlier_left_alone(self, door: Door) -> None:
        door.arrives("call-1")
        place = door.arrives("call-2", again=Again.BUSY).place
        assert place is not None
        assert (place.call, place.waits) == ("call-1", True)
        assert door.arrives("call-3", "").room == Room(1, 1)

    def test_where_many_share_a_number_each_has_a_place(self, door: Door) -> None:
        door.arrives("call-1", again=Again.ALLOW)
        assert door.arrives("call-2", again=Again.ALLOW).place is None
        assert door.arrives("call-3", "").room == Room(2, 2)

    def test_callers_without_a_number_are_all_different(self, door: Door) -> None:
        for n in range(3):
            answer = door.arrives(f"call-{n}", "")
            assert (answer.place, answer.room.on_line) == (None, n)

    def test_the_earlier_call_that_ends_takes_nothing_with_it(self, door: Door) -> None:
        door.arrives("call-1")
        door.holds()
        door.arrives("call-2")
        door.leaves("call-1", kept=replace(PLACE, waits=False))
        place = door.arrives("call-3").place
        assert place is not None
        assert (place.call, place.waits) == ("call-2", True)

    def test_who_talks_waits_no_more(self, door: Door) -> None:
        door.arrives("call-1")
        door.leaves("call-1")
        assert door.arrives("call-2").place is None


class TestADroppedLine:
    def test_who_was_cut_off_gets_the_place_back(self, door: Door) -> None:
        door.arrives("call-1")
        kept = replace(PLACE, waits=False, agent="8017", seat="1001")
        door.leaves("call-1", kept=kept)
        assert door.arrives("call-2", again=Again.BUSY, most_on_line=0).place == kept

    def test_only_once(self, door: Door) -> None:
        door.leaves("call-1", kept=replace(PLACE, waits=False))
        door.arrives("call-2")
        door.leaves("call-2")
        assert door.arrives("call-3").place is None

    def test_only_for_a_while(self, door: Door) -> None:
        door.leaves("call-1", kept=replace(PLACE, waits=False))
        ttl = int(door.client.pttl(f"{EntranceKeys(CITY).place}12345@{MOBILE}"))  # type: ignore[arg-type]
        assert 0 < ttl <= 120_000

    def test_a_daemon_that_died_cut_its_callers_off(self, door: Door) -> None:
        door.arrives("call-1")
        door.holds()
        door.entrance.forget_held(120.0)
        place = door.arrives("call-2", again=Again.BUSY).place
        assert place is not None
        assert (place.waits, place.enqueued_at) == (False, PLACE.enqueued_at)

    def test_a_call_that_the_daemon_found_again_has_its_place_again(self, door: Door) -> None:
        door.arrives("call-1")
        door.entrance.forget_held(120.0)
        door.holds()
        place = door.arrives("call-2", again=Again.BUSY).place
        assert place is not None
        assert place.waits


class TestBehindAGoodBye:
    TALK = HeldPlace("call-1", waits=False, agent="8017", seat="1001", said_goodbye=True)

    def test_the_agent_is_told_and_no_place(self, door: Door) -> None:
        door.leaves("call-1", kept=self.TALK)
        answer = door.arrives("call-2")
        assert (answer.place, answer.talked_with) == (None, "8017")
        assert answer.standing.talked_with == "8017"

    def test_a_full_list_is_full(self, door: Door) -> None:
        door.leaves("call-1", kept=self.TALK)
        door.arrives("call-2", OTHER)
        assert door.arrives("call-3", most_on_line=1).room == Room(1, 1)
        assert door.arrives("call-4", OTHER, Again.ALLOW).room == Room(1, 1)

    def test_the_new_call_has_a_place_of_its_own(self, door: Door) -> None:
        door.leaves("call-1", kept=self.TALK)
        door.arrives("call-2")
        place = door.arrives("call-3").place
        assert place is not None
        assert (place.call, place.waits, place.enqueued_at) == ("call-2", True, None)

    def test_only_once(self, door: Door) -> None:
        door.leaves("call-1", kept=self.TALK)
        door.arrives("call-2")
        door.leaves("call-2")
        assert door.arrives("call-3").talked_with == ""


class TestWithoutRedis:
    def test_it_says_so(self, tmp_path: object) -> None:
        nothing = redis.Redis(unix_socket_path=f"{tmp_path}/nothing.sock")
        with pytest.raises(QueueUnavailable, match="arrive: Redis does not answer"):
            Door(nothing).arrives("call-1")


class _Model:
    """What a caller would expect: each number's place, and who waits."""

    def __init__(self) -> None:
        self.waits: dict[str, str] = {}
        """Call → number."""
        self.since: dict[str, float] = {}
        """Number → since when it has waited, whatever call did."""


NUMBERS = st.sampled_from(["13900000001", "13900000002", "13900000003"])


@pytest.mark.usefixtures("client")
class TestStorm:
    def test_nobody_loses_a_place_by_calling_again(self, client: redis.Redis) -> None:
        class Storm(RuleBasedStateMachine):
            def __init__(self) -> None:
                super().__init__()
                client.flushall()
                self.door = Door(client)
                self.model = _Model()
                self.calls = 0

            @rule(number=NUMBERS)
            def calls_again(self, number: str) -> None:
                self.calls += 1
                call = f"call-{self.calls}"
                waiting = [one for one, who in self.model.waits.items() if who == number]
                answer = self.door.arrives(call, number, most_on_line=2)
                if number in self.model.since:
                    assert answer.place is not None
                    assert answer.place.enqueued_at == self.model.since[number]
                    assert answer.place.waits == bool(waiting)
                    for earlier in waiting:
                        del self.model.waits[earlier]
                elif len(self.model.waits) >= 2:
                    assert answer.room.on_line == len(self.model.waits)
                    return
                else:
                    assert answer.place is None
                    self.model.since[number] = NOW + self.calls
                self.model.waits[call] = number
                place = HeldPlace(call, True, "intake", enqueued_at=self.model.since[number])
                self.door.holds(place, number)

            @precondition(lambda self: self.model.waits)
            @rule(data=st.data(), cut_off=st.booleans())
            def leaves(self, data: st.DataObject, cut_off: bool) -> None:
                call = data.draw(st.sampled_from(sorted(self.model.waits)))
                number = self.model.waits.pop(call)
                since = self.model.since[number]
                kept = HeldPlace(call, False, "intake", enqueued_at=since)
                self.door.leaves(call, number, kept if cut_off else None)
                if not cut_off:
                    del self.model.since[number]

            @invariant()
            def as_many_count_as_wait(self) -> None:
                keys = EntranceKeys(CITY)
                held = set(client.hkeys(keys.held))  # type: ignore[arg-type]
                assert held == set(self.model.waits)
                assert client.zcard(f"{keys.entered}line:12345") == len(held)

        Storm.TestCase.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
        Storm.TestCase().runTest()
