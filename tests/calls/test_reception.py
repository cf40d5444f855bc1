"""Where calls arrive: asking never delays or endangers a call, and refusing costs little."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from gevent.event import Event

from routing.admission import LAG_SECONDS, Capacity, HeldPlace, Instead, Limits, Room
from routing.callflow import events as on
from routing.entry import Arrival
from routing.lines import Forward
from routing.plan import Plan
from routing.record import CallRecord, EndedBy, Outcome
from routing.standing import NOTHING_KNOWN, Standing
from switchd.calls import asking
from switchd.calls import reception as reception_module
from switchd.calls.reception import CALM_SECONDS, Reception
from tests.calls.house import FakeClock, FakeRegister, FakeSwitch, wait_until
from tests.routing.build import NOW, hotline, plan

ARRIVAL = Arrival("+8613937512345", "0375-12345", "carrier")
MOBILE = "13937512345"
GONE = on.CallerGone("NORMAL_CLEARING", EndedBy.CALLER)
LIMITED = plan(hotline(limits=Limits(waiting=5)))
AMBULANCE = plan(emergency={"120": Forward("120", "carrier")})


class House:
    """A reception with fakes around it."""

    def __init__(self, the_plan: Plan | None = None, capacity: Capacity | None = None) -> None:
        self.switch, self.register, self.clock = FakeSwitch(), FakeRegister(), FakeClock()
        self.let_in: dict[str, tuple[on.Arrived, Sequence[on.Event]]] = {}
        self.records: list[CallRecord] = []
        self.legs = 0
        self.plan = the_plan or plan()
        self.expected: float | None = None
        self.reception = Reception(
            lambda: self.plan,
            self.switch,
            self.register,
            self.clock,
            let_in=lambda leg, arrived, meanwhile: self.let_in.update({leg: (arrived, meanwhile)}),
            write=self.records.append,
            legs=lambda: self.legs,
            capacity=capacity or reception_module.CAPACITY,
            forecast=lambda group, ahead: self.expected,
        )

    def arrives(self, leg: str = "leg-a", arrival: Arrival = ARRIVAL) -> House:
        self.reception.arrive(leg, arrival)
        return self

    def known_of(self, leg: str) -> Standing:
        wait_until(lambda: leg in self.let_in)
        return self.let_in[leg][0].standing

    def cause_of(self, leg: str) -> str:
        """The cause by which the leg was ended, once it was."""
        asked = self.switch.asked
        wait_until(lambda: any(row[:2] == ("hang_up", leg) for row in asked))
        return next(str(row[2]) for row in asked if row[:2] == ("hang_up", leg))


@pytest.fixture
def house() -> Iterator[House]:
    house = House()
    yield house
    house.reception.stop()


class TestAsking:
    def test_what_is_known_of_the_number_comes_with_the_call(self, house: House) -> None:
        house.register.known["leg-a"] = Standing(2, is_repeat=True)
        assert house.arrives().known_of("leg-a").is_repeat
        [(_, knock)] = house.register.asked
        assert (knock.number, knock.line, knock.group) == (MOBILE, "12345", "intake")

    def test_all_who_came_together_are_asked_about_together(self, house: House) -> None:
        for leg in ("leg-a", "leg-b", "leg-c"):
            house.arrives(leg)
        wait_until(lambda: len(house.let_in) == 3)
        assert [len(row) - 1 for row in house.register.asked] == [3]

    def test_if_nobody_can_tell_the_call_goes_on(self, house: House) -> None:
        house.register.trouble["arrive"] = "redis"
        assert house.arrives().known_of("leg-a") == NOTHING_KNOWN

    def test_if_nobody_tells_in_time_the_call_goes_on(self, house: House) -> None:
        house.register.ready = Event()
        house.arrives("leg-a")
        house.clock.passes(asking.PATIENCE_SECONDS / 2)
        house.arrives("leg-b")
        house.clock.passes(asking.PATIENCE_SECONDS / 2)
        assert house.known_of("leg-a") == NOTHING_KNOWN
        assert "leg-b" in house.reception
        house.clock.passes(asking.PATIENCE_SECONDS / 2)
        assert house.known_of("leg-b") == NOTHING_KNOWN
        house.register.ready.set()

    def test_an_answer_that_comes_too_late_changes_nothing(self, house: House) -> None:
        house.register.ready = Event()
        house.register.known["leg-a"] = Standing(2, is_repeat=True)
        house.arrives("leg-a")
        wait_until(lambda: house.register.asked)
        house.clock.passes(asking.PATIENCE_SECONDS)
        house.let_in.clear()
        house.register.ready.set()
        assert house.arrives("leg-b").known_of("leg-b") == NOTHING_KNOWN
        assert "leg-a" not in house.let_in

    def test_whoever_comes_while_an_answer_is_slow_is_asked_about_at_once(
        self, house: House
    ) -> None:
        house.register.ready = Event()
        for leg in ("leg-a", "leg-b"):
            house.arrives(leg)
            wait_until(
                lambda leg=leg: any(k.call == leg for _, *ks in house.register.asked for k in ks)
            )
        house.register.ready.set()
        wait_until(lambda: len(house.let_in) == 2)

    def test_a_list_that_was_full_a_moment_ago_counts_as_full_for_a_while(self) -> None:
        house = House(LIMITED)
        house.register.known["leg-a"] = Standing(room=Room(5, 5))
        assert house.arrives("leg-a").cause_of("leg-a") == "USER_BUSY"
        house.register.trouble["arrive"] = "redis"
        assert house.arrives("leg-b").cause_of("leg-b") == "USER_BUSY"
        house.clock.passes(asking.FRESH_SECONDS)
        assert house.arrives("leg-c").known_of("leg-c") == NOTHING_KNOWN

    def test_a_number_that_is_withheld_is_counted_among_those_who_wait(self, house: House) -> None:
        house.arrives(arrival=replace(ARRIVAL, privacy=True)).known_of("leg-a")
        [(_, knock)] = house.register.asked
        assert (knock.number, knock.line) == ("", "12345")

    @pytest.mark.parametrize("changes", [{"caller": "110"}, {"called": "120"}])
    def test_nobody_is_asked_about_emergency_services(self, changes: dict[str, str]) -> None:
        house = House(AMBULANCE)
        known = house.arrives(arrival=replace(ARRIVAL, **changes)).known_of("leg-a")
        assert (known, house.register.asked) == (NOTHING_KNOWN, [])

    def test_a_caller_who_hung_up_meanwhile_is_not_forgotten(self, house: House) -> None:
        house.register.ready = Event()
        house.arrives()
        assert "leg-a" in house.reception
        assert house.reception.heard("leg-a", GONE)
        house.register.ready.set()
        house.known_of("leg-a")
        assert house.let_in["leg-a"][1] == [GONE]


class TestRefusing:
    def test_a_number_without_line_is_refused_without_asking_anybody(self, house: House) -> None:
        house.arrives(arrival=replace(ARRIVAL, called="88888888"))
        assert house.cause_of("leg-a") == "UNALLOCATED_NUMBER"
        assert house.register.asked == []
        assert [record.outcome for record in house.records] == [Outcome.REFUSED]

    def test_who_finds_the_list_full_hears_busy_and_is_written_down(self) -> None:
        house = House(LIMITED)
        house.register.known["leg-a"] = Standing(room=Room(5, 5))
        assert house.arrives().cause_of("leg-a") == "USER_BUSY"
        [record] = house.records
        assert (record.outcome, record.line_dialled) == (Outcome.CONGESTED, "12345")
        assert house.reception.view().refused == {"entry.queue_full": 1}

    def test_the_leg_is_known_until_the_switch_has_ended_it(self, house: House) -> None:
        house.arrives(arrival=replace(ARRIVAL, called="88888888"))
        assert "leg-a" in house.reception
        assert house.reception.heard("leg-a", GONE)
        assert "leg-a" not in house.reception
        assert len(house.records) == 1

    def test_a_leg_that_is_gone_already_is_forgotten(self, house: House) -> None:
        house.switch.trouble["hang_up"] = "gone"
        house.arrives(arrival=replace(ARRIVAL, called="88888888"))
        wait_until(lambda: "leg-a" not in house.reception)

    def test_an_end_that_takes_long_does_not_hold_up_the_others(self, house: House) -> None:
        confirmed, end = Event(), house.switch.hang_up

        def slow_for_one(leg: str, cause: str) -> None:
            if leg == "leg-a":
                confirmed.wait()
            end(leg, cause)

        house.switch.hang_up = slow_for_one  # type: ignore[method-assign]
        for leg in ("leg-a", "leg-b", "leg-c"):
            house.arrives(leg, replace(ARRIVAL, called="88888888"))
        assert house.cause_of("leg-c") == "UNALLOCATED_NUMBER"
        assert ("hang_up", "leg-a", "UNALLOCATED_NUMBER") not in house.switch.asked
        confirmed.set()
        assert house.cause_of("leg-a") == "UNALLOCATED_NUMBER"

    def test_an_end_that_the_switch_refused_is_asked_for_again(self, house: House) -> None:
        house.switch.trouble["hang_up"] = "away"
        house.arrives(arrival=replace(ARRIVAL, called="88888888"))
        wait_until(lambda: house.clock.timers)
        house.switch.trouble.clear()
        house.clock.passes(reception_module.AGAIN_SECONDS)
        assert house.cause_of("leg-a") == "UNALLOCATED_NUMBER"

    def test_after_a_silence_of_the_switch_legs_are_ended_or_forgotten(self, house: House) -> None:
        for leg in ("leg-a", "leg-b"):
            house.arrives(leg, replace(ARRIVAL, called="88888888")).cause_of(leg)
        house.switch.asked.clear()
        house.reception.compare({"leg-a"})
        assert house.cause_of("leg-a") == "UNALLOCATED_NUMBER"
        assert ("leg-a" in house.reception, "leg-b" in house.reception) == (True, False)

    def test_who_would_wait_too_long_counts_no_more_among_those_who_wait(self) -> None:
        house = House(plan(hotline(limits=Limits(wait_seconds=600))))
        house.expected = 601.0
        assert house.arrives().cause_of("leg-a") == "USER_BUSY"
        wait_until(lambda: ("leave", "leg-a", "12345", MOBILE, None) in house.register.asked)

    def test_nobody_is_kept_out_while_the_wait_cannot_be_estimated(self) -> None:
        house = House(plan(hotline(limits=Limits(wait_seconds=600))))
        house.arrives().known_of("leg-a")
        assert house.records == []

    def test_a_caller_with_a_place_is_let_in_however_full_the_list_is(self) -> None:
        house = House(plan(hotline(limits=Limits(1, 1.0, Instead.BUSY))))
        house.expected = 601.0
        place = HeldPlace("leg-0", waits=False, enqueued_at=NOW - 60)
        house.register.known["leg-a"] = Standing(place=place, room=Room(9, 9))
        assert house.arrives().known_of("leg-a").place == place


class TestOverload:
    FULL = Capacity(legs=10, a_second=100.0)

    def test_the_switch_keeps_its_reserve(self) -> None:
        house = House(capacity=self.FULL)
        house.legs = 8
        assert house.arrives().cause_of("leg-a") == "NORMAL_CIRCUIT_CONGESTION"
        [record] = house.records
        assert record.outcome is Outcome.CONGESTED
        assert house.register.asked == []

    def test_legs_of_others_on_the_same_switch_count(self) -> None:
        house = House(capacity=self.FULL)
        house.reception.told_of_others(8)
        assert house.arrives("leg-a").known_of("leg-a") == NOTHING_KNOWN
        house.reception.told_of_others(8)
        assert house.arrives("leg-b").cause_of("leg-b") == "NORMAL_CIRCUIT_CONGESTION"

    @pytest.mark.parametrize("changes", [{"caller": "110"}, {"called": "120"}])
    def test_emergency_services_are_let_in_all_the_same(self, changes: dict[str, str]) -> None:
        house = House(AMBULANCE, capacity=self.FULL)
        house.legs = 10
        house.arrives(arrival=replace(ARRIVAL, **changes)).known_of("leg-a")
        assert house.records == []

    def test_a_daemon_that_is_late_takes_nobody_until_it_keeps_up_again(self) -> None:
        house = House()
        late = [LAG_SECONDS]
        house.reception.lag = lambda: late[0]
        assert house.arrives("leg-a").cause_of("leg-a") == "NORMAL_CIRCUIT_CONGESTION"
        [record] = house.records
        assert {"too_many": "lag"} in [step.facts for step in record.trace]
        late[0] = LAG_SECONDS / 2
        assert house.arrives("leg-b").known_of("leg-b") == NOTHING_KNOWN

    def test_it_is_told_while_it_lasts_and_for_a_little_longer(self) -> None:
        house = House(capacity=self.FULL)
        house.legs = 8
        house.arrives().cause_of("leg-a")
        assert house.reception.view().overloaded_since == NOW
        house.legs = 0
        house.clock.passes(CALM_SECONDS - 1)
        assert house.reception.view().overloaded_since == NOW
        house.clock.passes(1)
        assert house.reception.view().overloaded_since is None

    def test_who_was_refused_for_want_of_room_does_not_count_as_taken(self) -> None:
        house = House(LIMITED, Capacity(legs=1000, a_second=2.0))
        for number in range(5):
            leg = f"leg-{number}"
            house.register.known[leg] = Standing(room=Room(5, 5))
            assert house.arrives(leg).cause_of(leg) == "USER_BUSY"
