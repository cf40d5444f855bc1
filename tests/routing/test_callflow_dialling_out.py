"""A seat calls somebody, as the seat, the person outside and the record see it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from routing.callflow import Call, State
from routing.callflow import actions as do
from routing.callflow import events as on
from routing.dialling import Dialling
from routing.entry import Arrival
from routing.plan import Plan, Trunk
from routing.record import CallKind, EndedBy, Outcome
from routing.seats import Offer, Seat
from tests.routing.build import NOW, Story, hotline, plan

CALL, PHONE, OUTSIDE = "outgoing-1001-1", "phone-leg", "13937512345"
CITY = plan(
    hotline(),
    dialling=Dialling(trunk="carrier", barred=frozenset({"1390"}), shown={"12345": "2970001"}),
    trunks={
        "carrier": Trunk("carrier", proxy="192.0.2.1:5060"),
        "second": Trunk("second", proxy="192.0.2.2:5060"),
    },
)


def dialled(number: str = OUTSIDE, city: Plan = CITY, **given: object) -> Story:
    """The seat's phone has dialled a number."""
    story = Story(city)
    story.call = Call(id=CALL, arrived_at=NOW)
    asked = replace(on.DialledOut("1001", number, PHONE), **given)  # type: ignore[arg-type]
    return story.happens(asked, after=0.0)


def calling(number: str = OUTSIDE) -> Story:
    """The number rings."""
    return dialled(number).happens(on.Occupied("8001"))


def talking() -> Story:
    return calling().happens(on.SeatAnswered(CALL)).happens(on.Bridged(PHONE))


def ever(story: Story, kind: type[do.Action]) -> list[do.Action]:
    """Every action of the kind since the call began."""
    return [action for action in story.done if isinstance(action, kind)]


class TestASeatThatDials:
    def test_is_offered_nobody_before_the_number_rings(self) -> None:
        story = dialled()
        assert story.todo == (do.OccupySeat("1001", PHONE),)
        story.happens(on.Occupied("8001"))
        assert story.asked_for(do.CallBack)

    def test_calls_over_the_trunk_and_shows_the_number_of_its_line(self) -> None:
        (call,) = calling("0375-2660001").asked_for(do.CallBack)
        assert isinstance(call, do.CallBack)
        assert (call.number, call.trunk, call.shown) == ("2660001", "carrier", "2970001")

    def test_hears_the_other_phone_ring(self) -> None:
        story = calling()
        assert do.AnswerSeat(PHONE) in story.todo
        assert do.RingTone(PHONE, f"{PHONE}/ring") in story.todo

    def test_talks_and_is_recorded_once_somebody_answers(self) -> None:
        story = talking()
        assert story.call.state is State.TALKING
        assert story.asked_for(do.StartRecording)

    def test_has_its_wrap_up_when_it_hangs_up_and_nobody_is_asked_for_satisfaction(self) -> None:
        story = talking().happens(on.SeatGone(PHONE, "NORMAL_CLEARING", by_seat=True))
        assert story.todo == (do.ReleaseSeat("1001", PHONE, 10.0),)
        story.happens(on.CallerBack())
        assert story.asked_for(do.Hangup)
        assert not ever(story, do.Collect)
        story.happens(on.CallerGone("NORMAL_CLEARING", EndedBy.SYSTEM))
        record = story.record
        assert (record.kind, record.outcome) == (CallKind.OUTGOING, Outcome.ANSWERED)
        assert (record.caller, record.dialled, record.line_dialled) == (OUTSIDE, OUTSIDE, "12345")
        assert (record.seat, record.agent, record.ended_by) == ("1001", "8001", EndedBy.SEAT)
        assert [leg.role for leg in record.legs] == ["seat", "called"]
        assert record.queued_at is None

    def test_is_let_go_when_the_other_side_hangs_up(self) -> None:
        story = talking().happens(on.CallerGone("NORMAL_CLEARING", EndedBy.CALLER))
        assert do.ReleaseSeat("1001", PHONE, 10.0) in story.todo
        assert do.StopLeg(PHONE, "ORIGINATOR_CANCEL") in story.todo


class TestANumberThatDoesNotAnswer:
    @pytest.mark.parametrize(
        ("cause", "prompt"),
        [
            ("USER_BUSY", "dial_busy"),
            ("NO_ANSWER", "dial_no_answer"),
            ("UNALLOCATED_NUMBER", "dial_unavailable"),
        ],
    )
    def test_is_explained_before_the_seat_has_its_wrap_up(self, cause: str, prompt: str) -> None:
        story = calling().happens(on.SeatFailed(CALL, cause))
        (tell,) = story.asked_for(do.Tell)
        assert isinstance(tell, do.Tell)
        assert (tell.leg, tell.prompts, tell.interrupt) == (PHONE, (prompt,), True)
        story.happens(on.CallerGone(cause, EndedBy.SYSTEM)).happens(on.Played(tell.execution))
        assert do.ReleaseSeat("1001", PHONE, 10.0) in story.todo
        story.happens(on.SeatGone(PHONE, "ORIGINATOR_CANCEL", by_seat=False))
        assert (story.record.outcome, story.record.cause) == (Outcome.NOT_REACHED, cause)

    def test_is_not_rung_for_ever(self) -> None:
        story = calling().happens(on.TimerDue("calling"), after=45.0)
        assert do.Hangup("NO_ANSWER") in story.todo
        assert story.call.state is State.EXPLAINING

    def test_is_not_rung_on_when_the_seat_hangs_up(self) -> None:
        story = calling().happens(on.SeatGone(PHONE, "NORMAL_CLEARING", by_seat=True))
        assert story.asked_for(do.Hangup)
        assert do.ReleaseSeat("1001", PHONE, 10.0) in story.todo

    def test_words_that_are_never_over_do_not_keep_the_seat(self) -> None:
        story = calling().happens(on.SeatFailed(CALL, "USER_BUSY"))
        story.happens(on.TimerDue("explaining"), after=15.0)
        assert story.call.state is State.CLEARING

    def test_a_seat_that_hangs_up_at_the_words_is_let_go(self) -> None:
        story = calling().happens(on.SeatFailed(CALL, "USER_BUSY"))
        story.happens(on.SeatGone(PHONE, "NORMAL_CLEARING", by_seat=True))
        assert story.record.outcome is Outcome.NOT_REACHED

    def test_cannot_be_bridged_and_waits_in_no_list(self) -> None:
        story = calling().happens(on.SeatAnswered(CALL)).happens(on.BridgeFailed(PHONE, "-ERR"))
        assert story.call.state is State.ENDING
        assert not ever(story, do.Enqueue)
        assert do.ReleaseSeat("1001", PHONE, 0.0) in story.todo


class TestWhatIsRefused:
    @pytest.mark.parametrize("number", ["13901234567", "0044123456", "12345", "*99"])
    def test_a_number_that_may_not_be_dialled_is_explained_and_written_down(
        self, number: str
    ) -> None:
        story = dialled(number)
        (tell,) = story.asked_for(do.Tell)
        assert isinstance(tell, do.Tell)
        assert tell.prompts == ("dial_not_allowed",)
        story.happens(on.Played(tell.execution))
        story.happens(on.SeatGone(PHONE, "ORIGINATOR_CANCEL", by_seat=False))
        assert (story.record.outcome, story.record.seat) == (Outcome.REFUSED, "1001")
        assert not ever(story, do.CallBack)

    def test_a_seat_where_nobody_is_signed_in(self) -> None:
        story = dialled().happens(on.NotOccupied("not_signed_in"))
        (tell,) = story.asked_for(do.Tell)
        assert isinstance(tell, do.Tell)
        assert tell.prompts == ("dial_unavailable",)
        assert not ever(story, do.CallBack)

    def test_a_hotline_that_is_about_to_stop_calls_nobody(self) -> None:
        assert not ever(dialled(stopping=True), do.OccupySeat)

    def test_nothing_that_was_dialled_is_written_down_at_any_length(self) -> None:
        story = dialled("9" * 200)
        assert len(story.call.dialled) == 24


class TestAnEmergencyNumber:
    def test_rings_before_anything_else_is_asked(self) -> None:
        story = dialled("110")
        kinds = [type(action) for action in story.todo]
        assert kinds.index(do.CallBack) < kinds.index(do.OccupySeat)

    @pytest.mark.parametrize("why", ["not_signed_in", "in_a_call", "Redis is away"])
    def test_is_called_whatever_the_seat_is_doing_and_with_redis_away(self, why: str) -> None:
        story = dialled("119").happens(on.NotOccupied(why))
        assert story.call.state is State.CALLING
        assert story.happens(on.SeatAnswered(CALL)).asked_for(do.Bridge)

    def test_does_not_wait_for_redis_and_learns_later_who_called(self) -> None:
        story = dialled("110")
        assert do.OccupySeat("1001", PHONE, meanwhile=True) in story.todo
        story.happens(on.SeatAnswered(CALL)).happens(on.Bridged(PHONE))
        story.happens(on.Occupied("8001"))
        assert (story.call.state, story.call.agent) == (State.TALKING, "8001")

    def test_that_is_over_before_redis_answers_leaves_no_seat_behind(self) -> None:
        story = dialled("110").happens(on.SeatGone(PHONE, "NORMAL_CLEARING", by_seat=True))
        story.happens(on.Occupied("8001"))
        assert story.todo == (do.ReleaseSeat("1001", PHONE, 0.0),)

    def test_is_called_while_the_hotline_is_about_to_stop(self) -> None:
        assert dialled("120", stopping=True).asked_for(do.CallBack)

    def test_is_called_though_seats_may_not_dial_at_all(self) -> None:
        assert dialled("122", replace(CITY, dialling=Dialling())).asked_for(do.CallBack)

    def test_goes_over_the_next_trunk_if_the_first_is_dead(self) -> None:
        story = dialled("110").happens(on.Occupied("8001"))
        story.happens(on.SeatFailed(CALL, "NORMAL_TEMPORARY_FAILURE"))
        assert story.call.state is State.CALLING
        story.happens(on.CallerGone("NORMAL_TEMPORARY_FAILURE", EndedBy.SYSTEM))
        story.happens(on.TimerDue("next way"))
        trunks = [call.trunk for call in story.done if isinstance(call, do.CallBack)]
        assert trunks == ["carrier", "second"]
        story.happens(on.SeatFailed(CALL, "USER_BUSY"))
        assert story.call.state is State.EXPLAINING

    def test_asked_for_by_click_rings_the_seats_own_phone_though_redis_is_away(self) -> None:
        story = dialled("110", leg="").happens(on.NotOccupied("Redis is away"))
        (ring,) = story.asked_for(do.Ring)
        story.happens(on.SeatAnswered(f"{CALL}-seat"))
        assert isinstance(ring, do.Ring)
        assert story.asked_for(do.CallBack)


class TestClickToDial:
    def clicked(self) -> Story:
        return dialled(leg="", who="8001").happens(on.Occupied("8001", "node-1"))

    def test_rings_the_seats_own_phone_first_and_shows_who_will_be_called(self) -> None:
        (ring,) = self.clicked().asked_for(do.Ring)
        assert isinstance(ring, do.Ring)
        assert (ring.seat, ring.title, ring.home) == ("1001", f"外呼 {OUTSIDE}", "node-1")

    def test_rings_the_number_when_it_is_picked_up(self) -> None:
        story = self.clicked().happens(on.SeatAnswered(f"{CALL}-seat"))
        assert story.call.state is State.CALLING
        assert story.asked_for(do.CallBack)

    def test_a_seat_with_a_telephone_number_is_rung_over_its_trunk(self) -> None:
        city = replace(
            CITY, seats={"1001": Seat("1001", ("intake",), phone="2660001", trunk="carrier")}
        )
        story = dialled(city=city, leg="").happens(on.Occupied("8001"))
        (dial,) = story.asked_for(do.Dial)
        assert isinstance(dial, do.Dial)
        assert (dial.number, dial.seat) == ("2660001", "1001")

    @pytest.mark.parametrize(
        "end",
        [
            on.SeatFailed(f"{CALL}-seat", "NO_ANSWER"),
            on.SeatGone(f"{CALL}-seat", "NO_ANSWER", by_seat=False),
        ],
    )
    def test_nobody_is_called_if_the_seat_does_not_pick_up(self, end: on.Event) -> None:
        story = self.clicked().happens(end)
        assert story.record.outcome is Outcome.SEAT_MISSED
        assert do.ReleaseSeat("1001", f"{CALL}-seat", 0.0) in story.todo
        assert not ever(story, do.CallBack)

    def test_a_phone_of_which_nothing_is_heard_is_stopped(self) -> None:
        story = self.clicked().happens(on.TimerDue("own phone"), after=30.0)
        assert do.StopLeg(f"{CALL}-seat", "ORIGINATOR_CANCEL") in story.todo

    def test_what_is_refused_rings_nothing_and_leaves_a_record(self) -> None:
        story = dialled("13901234567", leg="")
        assert story.record.outcome is Outcome.REFUSED
        assert not ever(story, do.Ring)


class TestATakenOverTalk:
    def test_is_still_an_outgoing_call(self) -> None:
        story = Story(CITY)
        story.call = Call(id=CALL, arrived_at=NOW)
        arrival = replace(story.arrival, caller=OUTSIDE)
        story.happens(
            on.Talking(
                arrival,
                NOW - 60,
                NOW - 50,
                PHONE,
                "1001",
                "8001",
                "intake",
                "a.wav",
                kind=CallKind.OUTGOING,
            )
        )
        story.happens(on.CallerGone("NORMAL_CLEARING", EndedBy.CALLER))
        story.happens(on.SeatGone(PHONE, "NORMAL_CLEARING", by_seat=False))
        assert (story.record.kind, story.record.queued_at) == (CallKind.OUTGOING, None)


class TestASeatThatIsCalled:
    """A seat dials another one from an idle phone."""

    CITY = replace(
        CITY, seats={"1001": Seat("1001", ("intake",)), "1002": Seat("1002", ("intake",))}
    )
    HELD = Offer(CALL, CALL, "1002", "8002", "", NOW, NOW + 40.0, "node-2")

    def asked(self) -> Story:
        return dialled("1002", self.CITY).happens(on.Occupied("8001"))

    def ringing(self) -> Story:
        return self.asked().happens(on.Claimed("1002", self.HELD))

    def talking(self) -> Story:
        story = self.ringing().happens(on.SeatAnswered(CALL))
        return story.happens(on.Bridged(PHONE))

    def test_is_held_before_its_phone_rings(self) -> None:
        story = self.asked()
        (claim,) = story.asked_for(do.Claim)
        assert isinstance(claim, do.Claim)
        assert (claim.wanted, claim.token, claim.resting) == ("1002", CALL, True)
        assert not ever(story, do.CallBack)

    def test_is_rung_where_its_phone_is_and_its_leg_says_whose_it_is(self) -> None:
        (call,) = self.ringing().asked_for(do.CallBack)
        assert isinstance(call, do.CallBack)
        assert (call.number, call.trunk, call.home) == ("1002", "", "node-2")
        assert call.facts["switchd_called_seat"] == "1002"
        assert call.facts["switchd_called_agent"] == "8002"

    def test_talks_once_it_has_picked_up(self) -> None:
        story = self.ringing().happens(on.SeatAnswered(CALL))
        assert story.todo[-1] == do.AcceptOffer(CALL)

    @pytest.mark.parametrize("by", [EndedBy.CALLER, EndedBy.SEAT])
    def test_has_its_wrap_up_when_the_call_is_over(self, by: EndedBy) -> None:
        story = self.talking()
        if by is EndedBy.SEAT:
            story.happens(on.SeatGone(PHONE, "NORMAL_CLEARING", by_seat=True))
            story.happens(on.CallerBack())
        story.happens(on.CallerGone("NORMAL_CLEARING", by))
        assert do.ReleaseSeat("1002", CALL, 10.0) in story.done

    def test_stands_in_the_record_with_its_agent(self) -> None:
        story = self.talking().happens(on.SeatGone(PHONE, "NORMAL_CLEARING", by_seat=True))
        story.happens(on.CallerBack()).happens(on.CallerGone("NORMAL_CLEARING", EndedBy.SYSTEM))
        called = story.record.legs[-1]
        assert (called.role, called.seat, called.agent) == ("called", "1002", "8002")

    @pytest.mark.parametrize(
        ("cause", "reason"), [("NO_ANSWER", "no_answer"), ("USER_BUSY", "busy"), ("CRASH", "")]
    )
    def test_that_does_not_pick_up_is_offered_nobody_if_its_phone_is_to_blame(
        self, cause: str, reason: str
    ) -> None:
        story = self.ringing().happens(on.SeatFailed(CALL, cause))
        assert do.RefuseOffer(CALL, reason) in story.todo

    def test_is_ready_again_if_the_seat_that_calls_hangs_up_before(self) -> None:
        story = self.ringing().happens(on.SeatGone(PHONE, "NORMAL_CLEARING", by_seat=True))
        assert do.RefuseOffer(CALL, "") in story.todo

    @pytest.mark.parametrize("doing", ["offered", "talking", "wrap_up"])
    def test_that_is_with_somebody_else_is_not_rung_and_the_seat_hears_that_it_is_busy(
        self, doing: str
    ) -> None:
        story = self.asked().happens(on.NotClaimed("1002", doing))
        (tell,) = story.asked_for(do.Tell)
        assert isinstance(tell, do.Tell)
        assert (tell.prompts, tell.interrupt) == (("dial_busy",), False)
        assert not ever(story, do.CallBack)
        story.happens(on.Played(tell.execution))
        assert do.ReleaseSeat("1001", PHONE, 0.0) in story.todo
        story.happens(on.SeatGone(PHONE, "NORMAL_CLEARING", by_seat=False))
        assert (story.record.outcome, story.record.cause) == (Outcome.NOT_REACHED, "USER_BUSY")

    @pytest.mark.parametrize("why", ["not_signed_in", "unreachable", "Redis is away"])
    def test_that_is_offered_no_caller_anyway_is_rung_all_the_same(self, why: str) -> None:
        story = self.asked().happens(on.NotClaimed("1002", why))
        assert story.asked_for(do.CallBack)
        story.happens(on.SeatAnswered(CALL)).happens(on.Bridged(PHONE))
        assert story.call.state is State.TALKING

    def test_is_given_back_if_it_was_found_only_after_the_seat_had_hung_up(self) -> None:
        story = self.asked().happens(on.SeatGone(PHONE, "NORMAL_CLEARING", by_seat=True))
        story.happens(on.Claimed("1002", self.HELD))
        assert do.RefuseOffer(CALL, "") in story.todo

    def test_with_a_telephone_number_is_held_as_well(self) -> None:
        far = Seat("1002", ("intake",), phone="2660001", trunk="carrier")
        city = replace(self.CITY, seats={**self.CITY.seats, "1002": far})
        (claim,) = dialled("1002", city).happens(on.Occupied("8001")).asked_for(do.Claim)
        assert isinstance(claim, do.Claim)
        assert claim.wanted == "1002"

    def test_whose_line_is_kept_open_is_not_made_not_ready_because_that_line_is_busy(self) -> None:
        open_line = Seat("1002", ("intake",), nailed_up=True)
        city = replace(self.CITY, seats={**self.CITY.seats, "1002": open_line})
        story = dialled("1002", city).happens(on.Occupied("8001"))
        story.happens(on.SeatFailed(CALL, "USER_BUSY"))
        assert not ever(story, do.Claim)
        assert not ever(story, do.RefuseOffer)

    def test_is_held_on_by_who_takes_the_talk_over(self) -> None:
        story = Story(self.CITY)
        story.call = Call(id=CALL, arrived_at=NOW)
        arrival = Arrival("1002", "12345", "")
        story.happens(
            on.Talking(
                arrival,
                NOW,
                NOW,
                PHONE,
                "1001",
                "8001",
                "intake",
                "talk.wav",
                kind=CallKind.OUTGOING,
                called_seat="1002",
                called_agent="8002",
            )
        )
        story.happens(on.CallerGone("NORMAL_CLEARING", EndedBy.CALLER))
        assert do.ReleaseSeat("1002", CALL, 10.0) in story.done
