"""What is told of a call while it goes its way."""

from __future__ import annotations

from routing.callflow import events as on
from routing.follow_ups import FollowUp
from routing.monitoring import Mode
from routing.notices import Notice, notices
from routing.outgoing import Reason
from routing.record import EndedBy
from tests.routing.build import NOW, Story, offer, plan

CALLER_HANGS_UP = on.CallerGone("NORMAL_CLEARING", EndedBy.CALLER)


class Followed(Story):
    """A call, and what is told of it."""

    def __init__(self, called: str = "12345") -> None:
        super().__init__(plan(), called)
        self.told: list[Notice] = []

    def happens(self, event: on.Event, after: float = 1.0) -> Story:
        before = self.call
        super().happens(event, after)
        self.told += notices(before, self.call)
        return self

    @property
    def kinds(self) -> list[str]:
        return [notice.kind for notice in self.told]

    def last(self, kind: str) -> Notice:
        return [notice for notice in self.told if notice.kind == kind][-1]


class TestACall:
    def test_is_told_from_its_arrival_to_its_end(self) -> None:
        story = Followed()
        story.talking()
        story.happens(CALLER_HANGS_UP)
        story.happens(on.SeatGone("leg-b", "NORMAL_CLEARING", by_seat=False))
        assert story.kinds == [
            "call.arrived",
            "call.greeting",
            "call.queued",
            "call.offered",
            "call.answered",
            "call.ended",
        ]

    def test_is_told_with_line_group_and_caller(self) -> None:
        story = Followed()
        story.waiting()
        for notice in story.told:
            assert notice.facts["caller"] == "13937512345"
        assert story.last("call.queued").facts["line"] == "12345"
        assert story.last("call.queued").facts["group"] == "intake"

    def test_that_nobody_takes_is_told_once_and_ends(self) -> None:
        story = Followed("88888888")
        story.arrives()
        story.happens(on.CallerGone("UNALLOCATED_NUMBER", EndedBy.SYSTEM))
        assert story.kinds == ["call.arrived", "call.ended"]
        assert story.last("call.ended").facts["outcome"] == "refused"


class TestSeats:
    def test_the_one_that_rings_and_the_one_that_talks_are_named(self) -> None:
        story = Followed()
        story.talking()
        offered, answered = story.last("call.offered"), story.last("call.answered")
        assert (offered.seat, answered.seat) == ("1001", "1001")
        assert offered.facts["until"] == offer().deadline
        assert answered.facts["seats"] == ["1001"]

    def test_nobody_has_the_call_while_it_only_rings(self) -> None:
        story = Followed()
        story.ringing()
        assert story.last("call.queued").seat == ""

    def test_one_that_lets_it_ring_is_told_that_the_offer_is_over(self) -> None:
        story = Followed()
        story.ringing()
        story.happens(on.OfferLost("leg-b", "no_answer"))
        assert story.kinds[-1] == "call.offer_ended"
        assert story.told[-1].seat == "1001"

    def test_all_that_ring_at_once_are_told_and_all_but_one_that_it_is_over(self) -> None:
        story = Followed()
        story.ringing()
        story.happens(on.Offered(offer("leg-c", "1002")))
        assert [notice.seat for notice in story.told if notice.kind == "call.offered"] == [
            "1001",
            "1002",
        ]
        story.happens(on.SeatAnswered("leg-c"))
        assert story.last("call.offer_ended").seat == "1001"
        story.happens(on.Bridged("leg-c"))
        assert story.last("call.answered").seat == "1002"


class TestACallByTheHotline:
    def test_says_what_it_is_before_it_is_picked_up(self) -> None:
        task = FollowUp(
            7,
            "13937512345",
            "12345",
            "intake",
            "zh",
            Reason.ADDED,
            NOW,
            NOW,
            reference="GD-1",
            subject="路灯不亮",
        )
        story = Followed()
        story.happens(on.CallBackDue(task, offer()))
        facts = story.last("call.offered").facts
        assert (facts["call_kind"], facts["callback"]) == ("follow_up", "7")
        assert facts["display"].startswith("回访 GD-1 路灯不亮")


class TestACallThatIsSupervised:
    def listened(self, mode: Mode, story: Followed | None = None) -> Followed:
        if story is None:
            story = Followed()
            story.talking()
        story.happens(on.Listened("watch-1", "1009", "1001", mode, "8009", NOW))
        return story

    def test_says_who_listens_and_who_hears_it(self) -> None:
        story = self.listened(Mode.LISTEN)
        self.listened(Mode.BARGE, story)
        told = [one for one in story.told if one.kind == "call.supervised"]
        assert [one.facts["supervisor"] for one in told] == [
            {"who": "8009", "seat": "1009", "mode": "listen"},
            {"who": "8009", "seat": "1009", "mode": "barge"},
        ]
        assert {one.seat for one in told} == {"1001"}

    def test_says_when_nobody_listens_any_more(self) -> None:
        story = self.listened(Mode.WHISPER)
        story.happens(on.ListenedNoMore("watch-1", "8009"))
        told = story.last("call.unsupervised")
        assert told.facts["supervisor"] == {"who": "8009", "seat": "1009"}

    def test_says_who_has_taken_it_over_and_from_whom(self) -> None:
        story = self.listened(Mode.LISTEN)
        story.happens(on.TakenOver("watch-1", "1009", "8009", "8009", NOW))
        told = story.last("call.taken_over")
        assert told.seat == "1001"
        assert told.facts["supervisor"] == {"who": "8009", "seat": "1009"}
        assert told.facts["seats"] == ["1009"]

    def test_is_not_told_twice(self) -> None:
        story = self.listened(Mode.LISTEN)
        story.happens(CALLER_HANGS_UP)
        assert story.kinds.count("call.supervised") == 1
