"""All calls of one daemon: where events go, what is made up for, what is left behind."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest
from gevent.event import Event

from routing.callflow import Call, State
from routing.callflow import events as on
from routing.dialling import Dialling
from routing.entry import Arrival
from routing.plan import Plan, Trunk
from routing.record import EndedBy, Outcome
from switchd.calls import desk
from switchd.calls.desk import PARK, TALK, Desk
from tests.calls.house import FakeClock, FakeLedger, FakeQueue, FakeRegister, FakeSwitch, wait_until
from tests.routing.build import NOW, hotline, offer, plan, sub_centre

ARRIVAL = Arrival("13937512345", "12345", "carrier")
HANGS_UP = on.CallerGone("NORMAL_CLEARING", EndedBy.CALLER)


class Room:
    """A desk with fakes around it, and a call on it that can be brought anywhere."""

    def __init__(self, the_plan: Plan | None = None) -> None:
        self.switch, self.queue = FakeSwitch(), FakeQueue()
        self.ledger, self.clock = FakeLedger(), FakeClock()
        self.register = FakeRegister()
        self.desk = Desk(
            lambda: the_plan or plan(),
            self.switch,
            self.queue,
            self.ledger,
            self.clock,
            self.register,
        )

    @property
    def call(self) -> Call:
        (call,) = self.desk.calls()
        return call

    def reaches(self, state: State) -> Room:
        wait_until(lambda: [call.state for call in self.desk.calls()] == [state])
        return self

    def waiting(self) -> Room:
        self.desk.arrive("leg-a", ARRIVAL)
        self.reaches(State.ANSWERING)
        self.desk.deliver("leg-a", on.Answered())
        self.reaches(State.GREETING)
        self.desk.deliver("leg-a", on.Played(self.call.audio))
        return self.reaches(State.WAITING)

    def passing_on(self) -> Room:
        self.desk.arrive("leg-a", Arrival("13937512345", "12350", "carrier"))
        self.reaches(State.ANSWERING).hears(on.Answered())
        self.reaches(State.GREETING).hears(on.Played(self.call.audio))
        return self.reaches(State.FORWARDING)

    def hears(self, *events: on.Event) -> None:
        for event in events:
            self.desk.deliver("leg-a", event)

    def ringing(self) -> Room:
        self.waiting().desk.offer_made(offer())
        return self.reaches(State.RINGING)

    def connecting(self) -> Room:
        self.ringing().desk.deliver("leg-b", on.SeatAnswered("leg-b"))
        return self.reaches(State.CONNECTING)

    def talking(self) -> Room:
        self.connecting().desk.deliver("leg-b", on.Bridged("leg-b"))
        return self.reaches(State.TALKING)

    def has_taken_everything(self) -> None:
        """Wait until the mailbox is empty: an event that means nothing was last in it."""
        before = self.desk.unexpected.total()
        self.desk.deliver("leg-a", on.Answered())
        wait_until(lambda: self.desk.unexpected.total() > before)

    def was_cut_off(self, **living: str) -> None:
        """The switch was away; now it has these legs (with _ for -)."""
        legs = {leg.replace("_", "-"): doing for leg, doing in living.items()}
        self.desk.missed(["leg-a"], legs)


@pytest.fixture
def room() -> Iterator[Room]:
    room = Room()
    yield room
    room.desk.stop()


@pytest.fixture
def passing() -> Iterator[Room]:
    """A call for a sub-centre, whose number rings."""
    room = Room(plan(hotline(), sub_centre())).passing_on()
    yield room
    room.desk.stop()


class TestDesk:
    def test_a_caller_is_opened_once_however_often_the_leg_is_found(self, room: Room) -> None:
        room.desk.arrive("leg-a", ARRIVAL)
        room.desk.arrive("leg-a", ARRIVAL)
        room.desk.found("leg-a", on.Resumed(ARRIVAL, NOW))
        room.reaches(State.ANSWERING)
        assert room.switch.verbs() == ["answer"]

    def test_nothing_is_left_of_a_call_that_has_ended(self, room: Room) -> None:
        room.talking().desk.deliver("leg-a", HANGS_UP)
        room.desk.deliver("leg-b", on.SeatGone("leg-b", "NORMAL_CLEARING", False))
        assert room.desk.wait_empty(20)
        assert len(room.desk) == 0
        assert "leg-a" not in room.desk
        assert "leg-b" not in room.desk
        assert [record.outcome for record in room.ledger.records] == [Outcome.ANSWERED]
        assert room.clock.timers == []

    def test_whoever_counts_hears_of_every_record(self, room: Room) -> None:
        heard: list[str] = []
        room.desk.closed.append(lambda record: heard.append(record.call))
        room.waiting().desk.deliver("leg-a", HANGS_UP)
        assert room.desk.wait_empty(20)
        wait_until(lambda: heard == ["leg-a"])

    def test_a_defect_in_one_of_them_costs_the_others_nothing(self, room: Room) -> None:
        heard: list[str] = []
        room.desk.closed += [lambda record: {}[record.call], lambda r: heard.append(r.call)]
        room.waiting().desk.deliver("leg-a", HANGS_UP)
        assert room.desk.wait_empty(20)
        assert heard == ["leg-a"]

    def test_a_full_spool_keeps_no_call_open(self, room: Room) -> None:
        room.ledger.full = True
        room.waiting().desk.deliver("leg-a", HANGS_UP)
        assert room.desk.wait_empty(20)

    def test_a_defect_in_one_action_keeps_no_call_open(
        self, room: Room, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(room.queue, "leave", None)
        room.waiting().desk.deliver("leg-a", HANGS_UP)
        assert room.desk.wait_empty(20)
        assert len(room.ledger.records) == 1

    def test_an_offer_for_a_caller_who_has_gone_is_given_back(self, room: Room) -> None:
        room.desk.offer_made(offer())
        assert room.queue.asked == [("leave", "leg-a")]

    def test_what_the_table_does_not_know_is_counted(self, room: Room) -> None:
        room.waiting().desk.deliver("leg-a", on.Answered())
        wait_until(lambda: room.desk.unexpected == {"waiting/Answered": 1})

    def test_a_leg_of_nobody_is_nobodys(self, room: Room) -> None:
        assert not room.desk.deliver("leg-x", HANGS_UP)
        assert not room.desk.waits_for("leg-x")

    def test_the_leg_that_rings_or_talks_is_waited_for(self, room: Room) -> None:
        room.ringing()
        assert room.desk.waits_for("leg-b")
        room.desk.offer_lost("leg-a", "leg-b", "no_answer")
        room.reaches(State.WAITING)
        assert not room.desk.waits_for("leg-b")


class TestTheSwitchWasAway:
    def test_who_hung_up_meanwhile_has_hung_up(self, room: Room) -> None:
        room.waiting().was_cut_off()
        assert room.desk.wait_empty(20)
        (record,) = room.ledger.records
        assert (record.outcome, record.cause) == (Outcome.ABANDONED, "UNCONFIRMED")

    def test_a_talk_of_which_nothing_is_left_is_closed_with_all_its_legs(self, room: Room) -> None:
        room.talking().desk.missed(["leg-a"], {}, "CRASH")
        assert room.desk.wait_empty(20)
        (record,) = room.ledger.records
        assert [leg.cause for leg in record.legs] == ["CRASH", "CRASH"]

    def test_a_talk_goes_on(self, room: Room) -> None:
        room.talking().was_cut_off(leg_a=TALK, leg_b=TALK)
        room.has_taken_everything()
        assert room.call.state is State.TALKING

    def test_a_caller_who_was_left_meanwhile_is_asked_for_satisfaction(self, room: Room) -> None:
        room.talking().was_cut_off(leg_a=PARK)
        room.reaches(State.SURVEY)
        assert ("release", "1001", "leg-b", 10.0) in room.queue.asked

    def test_a_seat_that_picked_up_meanwhile_is_bridged(self, room: Room) -> None:
        room.ringing().was_cut_off(leg_a="playback", leg_b=PARK)
        room.reaches(State.CONNECTING)
        assert ("bridge", "leg-a", "leg-b") in room.switch.asked

    def test_a_phone_that_rings_on_rings_on(self, room: Room) -> None:
        room.ringing().was_cut_off(leg_a="playback", leg_b="")
        room.has_taken_everything()
        assert room.call.state is State.RINGING
        assert "refuse" not in room.queue.verbs()

    def test_a_phone_that_stopped_meanwhile_is_not_to_blame(self, room: Room) -> None:
        room.ringing().was_cut_off(leg_a="playback")
        room.reaches(State.WAITING)
        assert ("refuse", "leg-b", "") in room.queue.asked

    def test_a_bridge_that_came_about_meanwhile_is_a_talk(self, room: Room) -> None:
        room.connecting().was_cut_off(leg_a=TALK, leg_b=TALK)
        room.reaches(State.TALKING)

    def test_a_bridge_that_comes_about_just_now_is_a_talk(self, room: Room) -> None:
        """The owner stood still; it says "bridge" and asks what there is in the same moment."""
        room.connecting().was_cut_off(leg_a="playback", leg_b=PARK)
        room.has_taken_everything()
        assert room.call.state is State.CONNECTING
        room.desk.deliver("leg-b", on.Bridged("leg-b"))
        room.reaches(State.TALKING)
        assert "hang_up" not in room.switch.verbs()

    def test_a_bridge_that_never_comes_about_is_none_a_second_later(
        self, room: Room, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(desk, "UNDER_WAY_SECONDS", 0.01)
        room.connecting().was_cut_off(leg_a="playback", leg_b=PARK)
        room.reaches(State.WAITING)
        assert ("hang_up", "leg-b", "NORMAL_TEMPORARY_FAILURE") in room.switch.asked

    def test_a_seat_that_is_being_connected_since_is_not_let_go(self, room: Room) -> None:
        """The switch was asked before: what it said of that call is no longer true."""
        before = {"leg-a": room.ringing().call}
        room.hears(on.SeatAnswered("leg-b"))
        room.reaches(State.CONNECTING)
        room.desk.missed(["leg-a"], {"leg-a": "playback", "leg-b": PARK}, before=before)
        room.has_taken_everything()
        assert room.call.state is State.CONNECTING
        assert "hang_up" not in room.switch.verbs()

    def test_nor_does_it_hide_that_a_leg_is_gone(self, room: Room) -> None:
        before = {"leg-a": room.ringing().call}
        room.hears(on.SeatAnswered("leg-b"))
        room.reaches(State.CONNECTING)
        room.desk.missed(["leg-a"], {"leg-b": PARK}, before=before)
        wait_until(lambda: "hang_up" in room.switch.verbs())

    def test_who_was_to_be_answered_just_then_is_answered_now(self, room: Room) -> None:
        room.switch.trouble = {"answer": "away"}
        room.desk.arrive("leg-a", ARRIVAL)
        room.reaches(State.ANSWERING)
        room.switch.trouble = {}
        room.was_cut_off(leg_a=PARK)
        wait_until(lambda: room.switch.verbs() == ["answer"])
        room.hears(on.Answered())
        room.reaches(State.GREETING)

    def test_who_was_greeted_is_enqueued(self, room: Room) -> None:
        room.desk.arrive("leg-a", ARRIVAL)
        room.reaches(State.ANSWERING)
        room.desk.deliver("leg-a", on.Answered())
        room.reaches(State.GREETING).was_cut_off(leg_a=PARK)
        room.reaches(State.WAITING)

    def test_a_hangup_that_was_never_sent_is_sent(self, room: Room) -> None:
        room.switch.trouble = {"hang_up": "away"}
        room.desk.arrive("leg-a", Arrival("13937512345", "88888888", "carrier"))
        room.switch.trouble = {}
        room.was_cut_off(leg_a=PARK)
        wait_until(lambda: ("hang_up", "leg-a", "UNALLOCATED_NUMBER") in room.switch.asked)


class TestTheSwitchWasAwayFromACallThatIsPassedOn:
    def test_its_leg_is_waited_for_and_not_stopped_as_astray(self, passing: Room) -> None:
        assert passing.desk.waits_for(passing.call.partner)
        passing.hears(on.SeatAnswered(passing.call.partner), on.Bridged(passing.call.partner))
        passing.reaches(State.FORWARDED)
        assert passing.desk.waits_for(passing.call.partner)

    def test_a_number_that_rings_on_rings_on(self, passing: Room) -> None:
        passing.desk.missed(["leg-a"], {"leg-a": "playback", passing.call.partner: ""})
        passing.has_taken_everything()
        assert passing.call.state is State.FORWARDING

    def test_a_number_that_picked_up_meanwhile_is_bridged(self, passing: Room) -> None:
        leg = passing.call.partner
        passing.desk.missed(["leg-a"], {"leg-a": "playback", leg: PARK})
        wait_until(lambda: ("bridge", "leg-a", leg) in passing.switch.asked)

    def test_a_number_that_failed_meanwhile_leaves_the_caller_to_the_queue(
        self, passing: Room
    ) -> None:
        passing.was_cut_off(leg_a="playback")
        passing.reaches(State.WAITING)

    def test_a_bridge_that_came_about_meanwhile_is_a_talk(self, passing: Room) -> None:
        leg = passing.call.partner
        passing.hears(on.SeatAnswered(leg))
        passing.desk.missed(["leg-a"], {"leg-a": TALK, leg: TALK})
        passing.reaches(State.FORWARDED)

    def test_a_talk_that_ended_meanwhile_ends_with_thanks(self, passing: Room) -> None:
        leg = passing.call.partner
        passing.hears(on.SeatAnswered(leg), on.Bridged(leg))
        passing.reaches(State.FORWARDED).was_cut_off(leg_a=PARK)
        passing.reaches(State.CLOSING)
        assert ("play", "leg-a", ("thanks",)) in passing.switch.asked


class TestTheQueueLostItsData:
    def test_who_waited_is_enqueued_again_at_the_same_place(self, room: Room) -> None:
        room.waiting().desk.forgotten(known=())
        wait_until(lambda: room.queue.verbs().count("enqueue") == 2)
        first, second = [asked for asked in room.queue.asked if asked[0] == "enqueue"]
        assert first == second

    def test_who_is_still_known_is_left_alone(self, room: Room) -> None:
        room.waiting().desk.forgotten(known={"leg-a"})
        room.has_taken_everything()
        assert room.queue.verbs().count("enqueue") == 1

    def test_who_talks_is_left_alone(self, room: Room) -> None:
        room.talking().desk.forgotten(known=())
        room.has_taken_everything()
        assert room.call.state is State.TALKING


class TestASeatThatDials:
    OUTSIDE = Dialling(trunk="carrier")

    def dials(self, room: Room, number: str = "13937512345") -> str:
        return room.desk.dial_out(on.DialledOut("1001", number, "phone-leg"))

    @pytest.fixture
    def room(self) -> Iterator[Room]:
        room = Room(plan(dialling=self.OUTSIDE))
        yield room
        room.desk.stop()

    def test_is_served_once_however_often_its_leg_is_found(self, room: Room) -> None:
        first = self.dials(room)
        room.reaches(State.CALLING)
        assert self.dials(room) == first
        assert len(room.desk) == 1

    def test_is_on_the_other_side_of_its_call(self, room: Room) -> None:
        call = self.dials(room)
        room.reaches(State.CALLING)
        room.desk.deliver(call, on.SeatAnswered(call))
        room.reaches(State.CONNECTING)
        room.desk.deliver("phone-leg", on.Bridged("phone-leg"))
        room.reaches(State.TALKING)
        room.desk.deliver("phone-leg", on.SeatGone("phone-leg", "NORMAL_CLEARING", by_seat=True))
        room.reaches(State.AFTER_TALK)

    def test_leaves_nothing_behind(self, room: Room) -> None:
        call = self.dials(room)
        room.reaches(State.CALLING)
        room.desk.deliver("phone-leg", on.SeatGone("phone-leg", "NORMAL_CLEARING", by_seat=True))
        room.reaches(State.ENDING)
        room.desk.deliver(call, on.CallerGone("ORIGINATOR_CANCEL", EndedBy.SYSTEM))
        wait_until(lambda: len(room.ledger.records) == 1)
        assert (call in room.desk, "phone-leg" in room.desk) == (False, False)

    def test_to_whom_redis_cannot_be_asked_is_told_so(self, room: Room) -> None:
        room.queue.trouble["occupy"] = "redis"
        self.dials(room)
        room.reaches(State.EXPLAINING)

    def test_for_the_police_is_connected_though_redis_cannot_be_asked(self) -> None:
        carrier = Trunk("carrier", proxy="192.0.2.1:5060")
        room = Room(plan(trunks={"carrier": carrier}))
        room.queue.trouble["occupy"] = "redis"
        call = self.dials(room, "110")
        room.reaches(State.CALLING)
        room.desk.deliver(call, on.SeatAnswered(call))
        room.reaches(State.CONNECTING)
        room.desk.stop()


class TestACallThatIsTheSwitchs:
    """FreeSWITCH serves the caller by itself."""

    def test_is_left_as_it_is_until_it_is_known_that_it_waits_no_more(self, room: Room) -> None:
        call = room.waiting().call
        asked = [list(fake.asked) for fake in (room.switch, room.queue, room.register)]
        assert room.desk.forget("leg-a")
        room.hears(on.Played(call.audio), HANGS_UP)
        room.clock.passes(60.0)
        assert [fake.asked for fake in (room.switch, room.queue, room.register)] == asked
        assert (len(room.desk), "leg-a" in room.desk, room.ledger.records) == (0, False, [])
        assert room.desk.wait_empty(0.0)
        room.desk.give_up_place(call)
        assert room.queue.asked[-1] == ("leave", "leg-a")
        assert room.register.asked[-1] == ("leave", "leg-a", "12345", "13937512345", None)

    def test_that_is_over_cannot_be_let_go(self, room: Room) -> None:
        room.waiting().hears(HANGS_UP)
        wait_until(lambda: not len(room.desk))
        assert not room.desk.forget("leg-a")

    def test_keeps_its_place_for_a_moment_if_redis_is_away(self, room: Room) -> None:
        room.waiting()
        room.queue.trouble["leave"] = "redis"
        room.desk.let_go(["leg-a", "another"])
        assert len(room.desk) == 0


class TestSettling:
    def test_takes_until_every_call_has_dealt_with_what_it_was_told(self, room: Room) -> None:
        room.desk.found("leg-a", on.Resumed(ARRIVAL, NOW - 60, "intake"))
        room.desk.found("leg-b", on.Resumed(ARRIVAL, NOW - 30, "intake"))
        room.desk.settle(10.0)
        assert [asked[1] for asked in room.queue.asked if asked[0] == "enqueue"] == [
            "leg-a",
            "leg-b",
        ]

    def test_does_not_wait_for_a_call_that_has_ended(self, room: Room) -> None:
        room.waiting().hears(HANGS_UP, on.Answered())
        room.desk.settle(math.inf)
        assert room.ledger.records
        assert len(room.desk) == 0

    def test_does_not_wait_for_one_that_waits_for_nobody(
        self, room: Room, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        room.talking()
        monkeypatch.setattr(room.queue, "release", lambda *given: Event().wait())
        room.hears(HANGS_UP)
        room.desk.settle(math.inf)
        assert room.call.state is not State.WAITING

    def test_does_not_wait_for_ever_for_one_that_is_stuck(
        self, room: Room, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        room.waiting()
        monkeypatch.setattr(room.queue, "widen", lambda *given: Event().wait())
        monkeypatch.setattr(room.queue, "enqueue", lambda *given, **more: Event().wait())
        room.hears(on.QueueForgot())
        room.desk.settle(0.1)
        assert room.call.state is State.WAITING
