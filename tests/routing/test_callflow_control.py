"""What a seat can do with its call, as caller, seats and record notice it."""

from __future__ import annotations

import pytest

from routing.callflow import State
from routing.callflow import actions as do
from routing.callflow import events as on
from routing.record import Activity, CallRecord, EndedBy, Outcome
from routing.transfers import Target
from tests.routing.control_world import CALLER, SEAT, ControlWorld

EXPERT = "13900000001"
SECOND_EXPERT = "13900000002"


@pytest.fixture
def world() -> ControlWorld:
    return ControlWorld()


def asked_for(world: ControlWorld, kind: type[do.Action]) -> list[do.Action]:
    return [action for action in world.done if isinstance(action, kind)]


def told(world: ControlWorld) -> list[str]:
    """Prompts that the seats were told."""
    return [prompt for act in world.done if isinstance(act, do.Tell) for prompt in act.prompts]


def record_of(world: ControlWorld) -> CallRecord:
    world.calm_down()
    return world.story.record


def parts(record: CallRecord) -> list[tuple[str, str]]:
    return [(str(part.what), part.parties) for part in record.segments]


class TestHold:
    def test_gives_the_caller_music_and_both_each_other_again(self, world: ControlWorld) -> None:
        assert world.asks("hold") == ""
        assert world.state is State.HELD
        assert world.talk() == set()
        assert [action.music for action in world.done if isinstance(action, do.PlayMusic)]
        assert world.asks("resume") == ""
        assert world.talk() == {CALLER, SEAT}
        assert world.state is State.TALKING

    def test_one_key_does_both(self, world: ControlWorld) -> None:
        world.asks("hold-or-resume")
        assert world.state is State.HELD
        world.asks("hold-or-resume")
        assert world.state is State.TALKING

    def test_is_written_down_as_a_part_of_the_call(self, world: ControlWorld) -> None:
        world.asks("hold")
        world.asks("resume")
        assert parts(record_of(world)) == [
            ("talk", "caller,1001"),
            ("hold", "caller,1001"),
            ("talk", "caller,1001"),
        ]

    def test_a_plain_talk_is_plain_again_afterwards(self, world: ControlWorld) -> None:
        world.asks("hold")
        world.asks("resume")
        assert not world.story.call.spots
        world.hangs_up(SEAT)
        assert world.state is State.SURVEY

    def test_a_seat_that_hangs_up_meanwhile_has_ended_the_talk(self, world: ControlWorld) -> None:
        world.asks("hold")
        world.hangs_up(SEAT)
        assert world.state is State.SURVEY
        assert record_of(world).ended_by is EndedBy.SEAT

    def test_a_seat_that_loses_power_meanwhile_leaves_the_caller_first_in_line(
        self, world: ControlWorld
    ) -> None:
        world.asks("hold")
        world.hangs_up(SEAT, "MEDIA_TIMEOUT", by_itself=False)
        assert world.state is State.WAITING
        assert world.listed == "intake"
        (enqueue,) = asked_for(world, do.Enqueue)
        assert isinstance(enqueue, do.Enqueue)
        assert enqueue.priority == 86_400
        assert enqueue.enqueued_at == world.story.call.queued_at


class TestAVerbThatDoesNotFit:
    @pytest.mark.parametrize(
        ("verb", "sentence"),
        [
            ("resume", "resume is not possible while the call is talking"),
            ("swap", "swap is not possible while the call is talking"),
            ("complete", "complete is not possible while the call is talking"),
            ("cancel", "nobody else is in the call"),
            ("consult", "consult needs a target, such as seat:1002 or expert:medical"),
            ("fly", "there is no verb fly"),
        ],
    )
    def test_is_refused_with_a_sentence(
        self, world: ControlWorld, verb: str, sentence: str
    ) -> None:
        assert world.asks(verb).startswith(sentence)
        assert world.talk() == {CALLER, SEAT}

    def test_is_refused_to_a_seat_that_is_not_in_the_call(self, world: ControlWorld) -> None:
        assert world.asks("hold", seat="1002") == "seat 1002 is not in this call"

    def test_is_spoken_to_a_seat_that_asked_by_keys(self, world: ControlWorld) -> None:
        world.asks("consult", "seat:9999", spoken=True)
        assert asked_for(world, do.Hint) == [do.Hint(SEAT, "transfer_not_allowed")]
        assert world.talk() == {CALLER, SEAT}

    def test_is_spoken_to_a_seat_that_has_the_caller_on_hold(self, world: ControlWorld) -> None:
        world.asks("hold")
        world.asks("swap", spoken=True)
        assert told(world) == ["seat_refused"]


class TestConsult:
    def test_of_a_seat_lets_the_two_talk_while_the_caller_hears_music(
        self, world: ControlWorld
    ) -> None:
        assert world.asks("consult", "seat:1002") == ""
        assert world.state is State.CONSULT_RINGING
        assert asked_for(world, do.RingTone)
        world.picks_up("1002")
        assert world.state is State.CONSULTING
        assert world.talk() == {SEAT, world.leg_of("1002")}

    def test_can_be_cancelled_and_the_consulted_seat_is_free(self, world: ControlWorld) -> None:
        world.asks("consult", "seat:1002")
        world.picks_up("1002")
        other = world.leg_of("1002")
        assert world.asks("cancel") == ""
        assert world.talk() == {CALLER, SEAT}
        assert world.freed[other] == 1
        assert world.switch.at[other] == "gone"

    def test_can_be_completed_and_the_call_is_the_other_seats(self, world: ControlWorld) -> None:
        world.asks("consult", "seat:1002")
        world.picks_up("1002")
        other = world.leg_of("1002")
        assert world.asks("complete") == ""
        assert world.talk() == {CALLER, other}
        assert world.state is State.TALKING
        assert world.freed[SEAT] == 1
        world.hangs_up(other)
        assert world.freed[other] == 1
        record = record_of(world)
        assert (record.seat, record.outcome) == ("1002", Outcome.ANSWERED)
        assert [leg.role for leg in record.legs] == ["caller", "seat", "consult"]
        assert [what for what, _ in parts(record)] == [
            "talk",
            "consult",
            "consult",
            "transfer",
            "talk",
        ]

    def test_of_a_number_outside_leaves_the_caller_with_it(self, world: ControlWorld) -> None:
        world.asks("consult", "13800138000")
        (dial,) = asked_for(world, do.Dial)
        assert isinstance(dial, do.Dial)
        assert (dial.number, dial.trunk, dial.caller) == ("13800138000", "carrier", "12345")
        world.picks_up("13800138000")
        world.asks("complete")
        assert world.state is State.FORWARDED
        assert world.talk() == {CALLER, dial.leg}
        world.hangs_up(dial.leg)
        record = record_of(world)
        assert record.outcome is Outcome.ANSWERED
        assert parts(record)[-1] == ("talk", "caller,13800138000")

    def test_hanging_up_the_phone_completes_it(self, world: ControlWorld) -> None:
        world.asks("consult", "seat:1002")
        world.picks_up("1002")
        world.hangs_up(SEAT)
        assert world.talk() == {CALLER, world.leg_of("1002")}

    def test_hanging_up_while_the_other_phone_rings_is_a_blind_transfer(
        self, world: ControlWorld
    ) -> None:
        world.asks("consult", "seat:1002")
        world.hangs_up(SEAT)
        assert world.state is State.TRANSFERRING
        world.picks_up("1002")
        assert world.talk() == {CALLER, world.leg_of("1002")}

    def test_a_seat_that_loses_power_leaves_the_caller_first_in_line(
        self, world: ControlWorld
    ) -> None:
        world.asks("consult", "expert:medical")
        world.picks_up(EXPERT)
        world.hangs_up(SEAT, "MEDIA_TIMEOUT", by_itself=False)
        assert world.state is State.WAITING
        assert world.listed == "intake"
        assert world.switch.at[world.leg_of(EXPERT)] == "gone"

    @pytest.mark.parametrize(
        ("cause", "prompt"),
        [
            ("USER_BUSY", "transfer_busy"),
            ("NO_ANSWER", "transfer_no_answer"),
            ("USER_NOT_REGISTERED", "transfer_unavailable"),
        ],
    )
    def test_of_somebody_who_is_not_reached_is_told_before_the_caller_is_back(
        self, world: ControlWorld, cause: str, prompt: str
    ) -> None:
        world.asks("consult", "seat:1002")
        world.hangs_up(world.leg_of("1002"), cause)
        assert told(world) == [prompt]
        assert world.talk() == set()
        assert do.Notify(
            "transfer.failed", {"target": "seat:1002", "reason": prompt.removeprefix("transfer_")}
        ) in asked_for(world, do.Notify)
        world.happens(on.Played(world.story.call.telling))
        world.all_is_told()
        assert world.talk() == {CALLER, SEAT}

    def test_of_a_seat_that_is_not_ready_does_not_part_anybody(self, world: ControlWorld) -> None:
        world.leases["elsewhere"] = "1002"
        assert world.asks("consult", "seat:1002") == "seat:1002: talking"
        assert world.talk() == {CALLER, SEAT}
        del world.leases["elsewhere"]

    def test_a_caller_who_hangs_up_is_told_to_both_and_nothing_rings_on(
        self, world: ControlWorld
    ) -> None:
        world.asks("consult", "expert:medical")
        world.picks_up(EXPERT)
        world.hangs_up(CALLER)
        assert world.state is State.FAREWELL
        assert told(world) == ["caller_gone", "caller_gone"]
        for leg in (SEAT, world.leg_of(EXPERT)):
            world.happens(on.Played(f"{leg}/farewell"))
        world.all_is_told()
        assert world.closed == 1
        assert world.story.record.outcome is Outcome.ANSWERED

    def test_a_caller_who_hangs_up_while_the_phone_rings_stops_it(
        self, world: ControlWorld
    ) -> None:
        world.asks("consult", "expert:medical")
        world.hangs_up(CALLER)
        assert world.switch.at[world.leg_of(EXPERT)] == "gone"
        assert told(world) == ["caller_gone"]

    def test_whom_it_was_with_may_leave_by_itself(self, world: ControlWorld) -> None:
        world.asks("consult", "seat:1002")
        world.picks_up("1002")
        world.hangs_up(world.leg_of("1002"))
        assert world.talk() == {CALLER, SEAT}
        assert world.freed[world.leg_of("1002")] == 1

    def test_can_change_between_the_two(self, world: ControlWorld) -> None:
        world.asks("consult", "seat:1002")
        world.picks_up("1002")
        world.asks("swap")
        assert world.talk() == {CALLER, SEAT}
        music = asked_for(world, do.PlayMusic)[-1]
        assert isinstance(music, do.PlayMusic)
        assert music.leg == world.leg_of("1002")
        world.asks("swap")
        assert world.talk() == {SEAT, world.leg_of("1002")}

    def test_of_a_group_takes_who_is_free_first(self, world: ControlWorld) -> None:
        assert world.asks("consult", "group:market") == ""
        assert (world.state, world.listed) == (State.CONSULT_RINGING, "market")
        world.find_seat()
        world.picks_up("1004")
        assert world.talk() == {SEAT, world.leg_of("1004")}
        assert world.listed == ""

    def test_of_a_group_of_which_nobody_is_free_ends_after_a_while(
        self, world: ControlWorld
    ) -> None:
        world.asks("consult", "group:market")
        world.be_due("seek")
        assert world.listed == ""
        assert told(world) == ["transfer_no_answer"]


class TestExperts:
    def test_are_rung_one_after_the_other(self, world: ControlWorld) -> None:
        world.asks("consult", "expert:medical")
        world.hangs_up(world.leg_of(EXPERT), "NO_ANSWER")
        world.picks_up(SECOND_EXPERT)
        assert world.talk() == {SEAT, world.leg_of(SECOND_EXPERT)}

    def test_who_do_not_answer_leave_the_seat_with_the_caller(self, world: ControlWorld) -> None:
        world.asks("consult", "expert:medical")
        world.hangs_up(world.leg_of(EXPERT), "NO_ANSWER")
        world.hangs_up(world.leg_of(SECOND_EXPERT), "NO_ANSWER")
        assert told(world) == ["transfer_no_answer"]
        world.happens(on.Played(world.story.call.telling))
        world.all_is_told()
        assert world.talk() == {CALLER, SEAT}
        roles = [(leg.role, leg.cause) for leg in record_of(world).legs[2:]]
        assert roles == [("expert", "NO_ANSWER"), ("expert", "NO_ANSWER")]

    def test_may_be_rung_together_and_the_first_has_the_call(self, world: ControlWorld) -> None:
        world.asks("consult", "expert:legal")
        assert [world.switch.at[world.leg_of(one)] for one in (EXPERT, SECOND_EXPERT)] == [
            "ringing",
            "ringing",
        ]
        world.picks_up(SECOND_EXPERT)
        assert world.switch.at[world.leg_of(EXPERT)] == "gone"
        assert world.talk() == {SEAT, world.leg_of(SECOND_EXPERT)}

    def test_get_the_callers_number_and_the_calls_id(self, world: ControlWorld) -> None:
        world.asks("consult", "expert:medical")
        (dial,) = asked_for(world, do.Dial)
        assert isinstance(dial, do.Dial)
        assert dial.headers == {"X-Switchd-Call": CALLER, "X-Switchd-Caller": "13937512345"}
        assert dial.caller == "13937512345"


class TestThreeWay:
    def test_behind_a_consultation_lets_all_talk(self, world: ControlWorld) -> None:
        world.asks("consult", "expert:medical")
        world.picks_up(EXPERT)
        assert world.asks("three-way") == ""
        assert world.talk() == {CALLER, SEAT, world.leg_of(EXPERT)}

    def test_goes_on_between_the_two_when_the_seat_leaves_and_the_record_says_so(
        self, world: ControlWorld
    ) -> None:
        world.asks("three-way", "line:12350")
        world.picks_up("2970110")
        centre = world.leg_of("2970110")
        assert world.talk() == {CALLER, SEAT, centre}
        assert world.asks("leave") == ""
        assert world.switch.pairs == {CALLER: centre, centre: CALLER}
        assert world.freed[SEAT] == 1
        world.hangs_up(centre)
        assert world.state is State.CLOSING
        record = record_of(world)
        assert (record.seat, record.outcome) == ("1001", Outcome.ANSWERED)
        assert [leg.role for leg in record.legs] == ["caller", "seat", "sub_centre"]
        assert parts(record) == [
            ("talk", "caller,1001"),
            ("conference", "caller,1001,2970110"),
            ("transfer", "caller,2970110"),
            ("talk", "caller,2970110"),
        ]

    def test_hanging_up_the_phone_is_leaving(self, world: ControlWorld) -> None:
        world.asks("three-way", "line:12350")
        world.picks_up("2970110")
        world.hangs_up(SEAT)
        assert world.talk() == {CALLER, world.leg_of("2970110")}

    @pytest.mark.parametrize("verb", ["drop", "cancel"])
    def test_one_can_be_let_go(self, world: ControlWorld, verb: str) -> None:
        world.asks("three-way", "line:12350")
        world.picks_up("2970110")
        assert world.asks(verb) == ""
        assert world.switch.pairs == {CALLER: SEAT, SEAT: CALLER}
        assert world.switch.at[world.leg_of("2970110")] == "gone"

    def test_the_seat_and_the_caller_talk_on_until_the_third_picks_up(
        self, world: ControlWorld
    ) -> None:
        world.asks("three-way", "line:12350")
        assert world.state is State.TALKING
        assert world.talk() == {CALLER, SEAT}

    def test_a_seat_that_was_brought_in_may_leave_and_do_nothing_else(
        self, world: ControlWorld
    ) -> None:
        world.asks("three-way", "seat:1002")
        world.picks_up("1002")
        refused = world.asks("drop", seat="1002")
        assert refused == "the call is that of seat 1001: seat 1002 may only leave it"
        assert world.asks("leave", seat="1002") == ""
        assert world.talk() == {CALLER, SEAT}
        assert world.freed[world.leg_of("1002")] == 1


class TestEmergency:
    @pytest.mark.parametrize("before", [(), ("hold",), ("consult", "seat:1002")])
    def test_joins_whatever_goes_on(self, world: ControlWorld, before: tuple[str, ...]) -> None:
        if before:
            world.asks(*before)
        assert world.asks("emergency", "120") == ""
        world.picks_up("120")
        assert {CALLER, SEAT, world.leg_of("120")} <= world.talk()
        assert world.state is State.CONFERENCE

    def test_joins_a_consultation_and_all_four_talk(self, world: ControlWorld) -> None:
        world.asks("consult", "seat:1002")
        world.picks_up("1002")
        world.asks("emergency", "120")
        assert world.talk() == {SEAT, world.leg_of("1002")}
        world.picks_up("120")
        legs = {CALLER, SEAT, world.leg_of("1002"), world.leg_of("120")}
        assert world.talk() == legs

    def test_shows_the_callers_number(self, world: ControlWorld) -> None:
        world.asks("emergency", "120")
        (dial,) = asked_for(world, do.Dial)
        assert isinstance(dial, do.Dial)
        assert (dial.number, dial.caller, dial.leg) == ("120", "13937512345", world.leg_of("120"))
        assert record_of(world).legs[-1].role == "emergency"

    def test_needs_neither_list_nor_seats(self, world: ControlWorld) -> None:
        world.asks("emergency", "120")
        world.picks_up("120")
        asked = (do.Claim, do.Enqueue, do.LeaveQueue, do.AcceptOffer)
        assert not [action for action in world.done if isinstance(action, asked)]

    def test_that_is_not_reached_is_told(self, world: ControlWorld) -> None:
        world.asks("emergency", "120")
        world.hangs_up(world.leg_of("120"), "USER_BUSY")
        assert asked_for(world, do.Hint) == [do.Hint(SEAT, "transfer_busy")]
        assert world.talk() == {CALLER, SEAT}


class TestBlindTransfer:
    def test_to_a_seat_frees_the_own_at_once(self, world: ControlWorld) -> None:
        assert world.asks("transfer", "seat:1002") == ""
        assert (world.state, world.freed[SEAT]) == (State.TRANSFERRING, 1)
        world.picks_up("1002")
        assert world.talk() == {CALLER, world.leg_of("1002")}

    def test_to_a_seat_that_is_not_ready_is_refused_and_the_talk_goes_on(
        self, world: ControlWorld
    ) -> None:
        world.leases["elsewhere"] = "1002"
        assert world.asks("transfer", "seat:1002") == "seat:1002: talking"
        assert world.talk() == {CALLER, SEAT}
        assert world.freed[SEAT] == 0
        del world.leases["elsewhere"]

    def test_that_fails_puts_the_caller_first_in_line(self, world: ControlWorld) -> None:
        world.asks("transfer", "13800138000")
        world.hangs_up(world.leg_of("13800138000"), "NO_ANSWER")
        assert (world.state, world.listed) == (State.WAITING, "intake")

    def test_to_a_group_puts_the_caller_first_in_its_line(self, world: ControlWorld) -> None:
        assert world.asks("transfer", "group:market") == ""
        assert (world.state, world.listed) == (State.WAITING, "market")

    def test_and_another_talk_are_one_record_with_the_wait_between(
        self, world: ControlWorld
    ) -> None:
        world.asks("transfer", "group:market")
        world.find_seat()
        world.picks_up("1004")
        assert world.state is State.TALKING
        record = record_of(world)
        assert [what for what, _ in parts(record)] == ["talk", "wait", "talk"]
        assert record.seat == "1004"


class TestPark:
    def test_frees_the_seat_and_any_other_may_pick_up(self, world: ControlWorld) -> None:
        assert world.asks("park") == ""
        assert (world.state, world.freed[SEAT]) == (State.PARKED, 1)
        assert world.asks("pick-up", seat="1002") == ""
        world.picks_up("1002")
        assert world.talk() == {CALLER, world.leg_of("1002")}
        assert world.state is State.TALKING
        assert [what for what, _ in parts(record_of(world))] == [
            "talk",
            "park",
            "transfer",
            "talk",
        ]

    def test_goes_on_if_the_seat_that_wanted_it_does_not_answer(self, world: ControlWorld) -> None:
        world.asks("park")
        world.asks("pick-up", seat="1002")
        world.hangs_up(world.leg_of("1002"), "NO_ANSWER")
        assert world.state is State.PARKED

    def test_ends_in_the_list_if_nobody_picks_up(self, world: ControlWorld) -> None:
        world.asks("park")
        world.be_due("park")
        assert (world.state, world.listed) == (State.WAITING, "intake")


class TestFurtherVerbs:
    def test_survey_lets_the_seat_go_and_asks_the_caller(self, world: ControlWorld) -> None:
        assert world.asks("survey") == ""
        assert (world.state, world.freed[SEAT]) == (State.SURVEY, 1)

    def test_hang_up_is_as_if_the_phone_was_hung_up(self, world: ControlWorld) -> None:
        assert world.asks("hang-up") == ""
        assert (world.state, world.freed[SEAT]) == (State.SURVEY, 1)

    def test_mute_and_unmute(self, world: ControlWorld) -> None:
        world.asks("mute")
        world.asks("mute-or-unmute")
        assert asked_for(world, do.Mute) == [do.Mute(SEAT, True), do.Mute(SEAT, False)]

    def test_the_supervisor_is_consulted(self, world: ControlWorld) -> None:
        assert world.asks("supervisor") == ""
        world.picks_up("1003")
        assert world.talk() == {SEAT, world.leg_of("1003")}
        assert record_of(world).legs[-1].role == "supervisor"


class TestWhatALaterOwnerNeeds:
    def test_is_on_the_callers_channel(self, world: ControlWorld) -> None:
        world.asks("consult", "expert:medical")
        world.picks_up(EXPERT)
        world.asks("three-way")
        tag = asked_for(world, do.Tag)[-1]
        assert isinstance(tag, do.Tag)
        assert tag.facts == {
            "switchd_state": "conference",
            "switchd_seat": "1001",
            "switchd_agent": "8001",
            "switchd_offer": SEAT,
            "switchd_third": world.leg_of(EXPERT),
            "switchd_third_role": "expert",
            "switchd_third_name": EXPERT,
            "switchd_third_agent": "",
            "switchd_room": CALLER,
            "switchd_parked_by": "",
            "switchd_swapped": "",
            "switchd_muted": "",
        }

    def test_says_so_when_the_talk_is_plain_again(self, world: ControlWorld) -> None:
        world.asks("hold")
        world.asks("resume")
        tag = asked_for(world, do.Tag)[-1]
        assert isinstance(tag, do.Tag)
        assert tag.facts["switchd_state"] == "talking"


def test_talk_hold_and_consult_add_up(world: ControlWorld) -> None:
    """From the answer to the end of the talk, whatever went on."""
    for verb in ("hold", "resume"):
        world.asks(verb)
    world.asks("consult", "seat:1002")
    world.picks_up("1002")
    world.asks("cancel")
    record = record_of(world)
    kinds = {part.what for part in record.segments}
    assert kinds == {Activity.TALK, Activity.HOLD, Activity.CONSULT}
    seconds = sum((part.ended_at or 0.0) - part.began_at for part in record.segments)
    assert seconds == pytest.approx(record.talk_seconds)


class TestAWishWhileTwoAreBeingBridged:
    """A leg that goes in that moment would take the other one with it."""

    @pytest.fixture
    def bridging(self, world: ControlWorld) -> ControlWorld:
        """1002 has picked up for a consultation; the seat and it do not hear each other yet."""
        world.asks("consult", "seat:1002")
        world.switch.pick_up(world.leg_of("1002"))
        world.hear(world.leg_of("1002"))
        assert asked_for(world, do.Bridge)
        world.done.clear()
        return world

    def test_ends_nobody_before_they_hear_each_other(self, bridging: ControlWorld) -> None:
        other = bridging.leg_of("1002")
        bridging.ask("complete", None, "1001", False)
        assert not bridging.done
        bridging.all_is_told()
        assert bridging.replies[bridging.asked[-1]] == 1
        assert bridging.talk() == {CALLER, other}
        assert bridging.story.call.seat == "1002"

    def test_is_refused_behind_it_if_it_does_not_fit_any_more(self, bridging: ControlWorld) -> None:
        for _ in range(2):
            bridging.ask("cancel", None, "1001", False)
        bridging.all_is_told()
        assert [bridging.replies[wish] for wish in bridging.asked[-2:]] == [1, 1]
        assert bridging.talk() == {CALLER, SEAT}

    def test_is_done_if_they_never_hear_each_other(self, bridging: ControlWorld) -> None:
        bridging.ask("cancel", None, "1001", False)
        bridging.switch.wires[bridging.leg_of("1002")].clear()
        bridging.be_due("arrange")
        assert bridging.replies[bridging.asked[-1]] == 1

    def test_is_answered_though_the_caller_has_gone(self, bridging: ControlWorld) -> None:
        bridging.ask("complete", None, "1001", False)
        bridging.calm_down()
        assert bridging.replies[bridging.asked[-1]] == 1

    def test_for_the_police_waits_for_nothing(self, bridging: ControlWorld) -> None:
        bridging.ask("emergency", Target.parse("emergency:120"), "1001", False)
        assert asked_for(bridging, do.Dial)
