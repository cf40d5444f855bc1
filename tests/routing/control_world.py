"""A talk that is being controlled, with the smallest switch and queue around it.

The switch knows where each leg is and tells of every change in order, leg by leg, but in any order
between legs. People pick up, hang up, lose power and ask for things at any moment.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from routing.callflow import State, Unexpected
from routing.callflow import actions as do
from routing.callflow import events as on
from routing.callflow.handlers.control import VERBS
from routing.dialling import Dialling
from routing.experts import Expert, Member, Ring
from routing.lines import Forward
from routing.plan import Plan, SkillGroup, Trunk
from routing.record import EndedBy
from routing.seats import Seat
from routing.transfers import Target
from tests.routing.build import Story, hotline, offer, plan, sub_centre

Move = tuple[str, Callable[[], None]]
CALLER, SEAT = "leg-a", "leg-b"
TARGETS = (
    None,
    Target.parse("seat:1002"),
    Target.parse("group:market"),
    Target.parse("expert:medical"),
    Target.parse("expert:legal"),
    Target.parse("line:12350"),
    Target.parse("13800138000"),
    Target.parse("120"),
    Target.parse("seat:9999"),
)


def city() -> Plan:
    """A city with everybody whom a seat can ask for."""
    numbers = ("13900000001", "13900000002")
    members = tuple(Member(f"医生{n[-1]}", n, "carrier") for n in numbers)
    made = plan(
        hotline(),
        sub_centre(),
        groups={
            "intake": SkillGroup("intake", "受理"),
            "market": SkillGroup("market", "市监", ring_several=2),
        },
        seats={number: Seat(number, ("intake",)) for number in ("1001", "1002", "1003", "1004")},
        trunks={"carrier": Trunk("carrier", proxy="10.0.0.1:5060")},
        emergency={"120": Forward("120", "carrier", ring_seconds=60.0)},
        experts={
            "medical": Expert("medical", "医疗专家", members),
            "legal": Expert("legal", "法律专家", members, ring=Ring.TOGETHER),
        },
        dialling=Dialling(trunk="carrier"),
    )
    return replace(made, control=replace(made.control, supervisor_seats=("1003",)))


class Switch:
    """Where every leg is."""

    def __init__(self) -> None:
        self.at = {CALLER: "bridged", SEAT: "bridged"}
        """Leg → ringing, parked, bridged, room or gone."""
        self.pairs = {CALLER: SEAT, SEAT: CALLER}
        self.wires: dict[str, deque[on.Event]] = {CALLER: deque(), SEAT: deque()}

    def tell(self, leg: str, *events: on.Event) -> None:
        self.wires.setdefault(leg, deque()).extend(events)

    def lives(self, leg: str) -> bool:
        return self.at.get(leg, "gone") not in ("gone", "ringing")

    def park(self, leg: str) -> None:
        """The leg is parked, and whoever it talked with is as well."""
        if not self.lives(leg):
            return
        other = self.pairs.pop(leg, None)
        self._parked(leg)
        if other is not None and self.pairs.pop(other, None):
            self._parked(other)

    def _parked(self, leg: str) -> None:
        self.at[leg] = "parked"
        self.tell(leg, on.CallerBack() if leg == CALLER else on.SeatAnswered(leg))

    def bridge(self, leg: str, other: str) -> bool:
        if not (self.lives(leg) and self.lives(other)):
            return False
        for one in (leg, other):
            former = self.pairs.pop(one, None)
            if former is not None and self.pairs.pop(former, None):
                self._parked(former)
        self.pairs |= {leg: other, other: leg}
        self.at[leg] = self.at[other] = "bridged"
        dialled = other if leg == CALLER else leg
        self.tell(dialled, on.Bridged(dialled))
        return True

    def confer(self, leg: str) -> None:
        if not self.lives(leg):
            return
        other = self.pairs.pop(leg, None)
        if other is not None and self.pairs.pop(other, None):
            self._parked(other)
        self.at[leg] = "room"
        self.tell(leg, on.Joined(leg))

    def pick_up(self, leg: str) -> None:
        self.at[leg] = "parked"
        self.tell(leg, on.SeatAnswered(leg), on.SeatAnswered(leg))

    def end(self, leg: str, cause: str, by_itself: bool) -> None:
        was = self.at.get(leg, "gone")
        if was == "gone":
            return
        self.at[leg] = "gone"
        if leg == CALLER:
            by = EndedBy.CALLER if by_itself else EndedBy.SYSTEM
            self.tell(leg, on.CallerGone(cause, by))
        else:
            if was == "ringing":
                self.tell(leg, on.SeatFailed(leg, cause))
            self.tell(leg, on.SeatGone(leg, cause, by_itself))
        other = self.pairs.pop(leg, None)
        if other is not None and self.pairs.pop(other, None):
            self._parked(other)


class ControlWorld:
    """One talk between caller and seat 1001, and everything that may be done with it."""

    def __init__(self, story: Story | None = None) -> None:
        """`story` has come to a talk of `CALLER` and `SEAT`; by default a caller's."""
        self.story = story or Story(city()).talking()
        self.switch = Switch()
        self.leases: dict[str, str] = {}
        """Token → seat, of offers that may still be accepted or refused."""
        self.talks = {SEAT}
        """Tokens of seats that talk, as the queue knows them."""
        self.freed: Counter[str] = Counter()
        self.listed = ""
        """The group in whose list the call is."""
        self.timers: set[str] = set()
        self.replies: Counter[str] = Counter()
        self.asked: list[str] = []
        self.closed = 0
        self.done: list[do.Action] = []
        """Everything that was done since the talk began."""
        self._number = 0
        self._take(self.story.done)
        self.listed = ""
        self.done.clear()

    @property
    def state(self) -> State:
        return self.story.call.state

    # what can happen

    def arriving(self) -> Iterator[Move]:
        for leg, wire in self.switch.wires.items():
            if wire:
                yield f"{leg}: {wire[0]}", partial(self.hear, leg)

    def people(self) -> Iterator[Move]:
        switch = self.switch
        for leg, at in switch.at.items():
            if at == "ringing":
                yield f"{leg} is picked up", partial(switch.pick_up, leg)
                yield f"{leg} is busy", partial(switch.end, leg, "USER_BUSY", True)
            elif at != "gone":
                yield f"{leg} hangs up", partial(switch.end, leg, "NORMAL_CLEARING", True)
                yield f"{leg} loses power", partial(switch.end, leg, "MEDIA_TIMEOUT", False)
        for name in sorted(self.timers):
            yield f"{name} is due", partial(self.be_due, name)
        if self.listed and len(self._found()) < self._rings():
            yield "somebody of the group is free", self.find_seat
        for token in list(self.leases):
            yield f"{token} is swept", partial(self.sweep, token)
        call = self.story.call
        for execution in {call.telling, call.audio, *_farewells(call.spots)} - {""}:
            yield f"{execution} ends", partial(self.happens, on.Played(execution))

    def ask(self, verb: str, target: Target | None, seat: str, spoken: bool) -> None:
        """A seat asks for something."""
        self._number += 1
        request = f"wish-{self._number}"
        self.asked.append(request)
        self.happens(on.Control(request, verb, "81001", target, "", seat=seat, spoken=spoken))

    def hear(self, leg: str) -> None:
        self.happens(self.switch.wires[leg].popleft())

    def all_is_told(self) -> None:
        """Whatever the switch has to tell arrives."""
        while (move := next(self.arriving(), None)) is not None:
            move[1]()

    def asks(self, verb: str, target: str = "", seat: str = "1001", spoken: bool = False) -> str:
        """A seat asks for something, and everything that follows at once happens; returns the
        problem, "" if it was granted."""
        self.ask(verb, Target.parse(target) if target else None, seat, spoken)
        (reply,) = [
            action
            for action in self.done
            if isinstance(action, do.Reply) and action.request == self.asked[-1]
        ]
        self.all_is_told()
        return reply.problem

    def leg_of(self, name: str) -> str:
        """The last leg of a seat or number that was brought into the call."""
        return [leg.leg for leg in self.story.call.legs if leg.seat == name][-1]

    def picks_up(self, name: str) -> None:
        self.switch.pick_up(self.leg_of(name))
        self.all_is_told()

    def hangs_up(self, leg: str, cause: str = "NORMAL_CLEARING", by_itself: bool = True) -> None:
        self.switch.end(leg, cause, by_itself)
        self.all_is_told()

    def talk(self) -> set[str]:
        """Who talks with whom: legs of the bridge, or of the conference."""
        room = {leg for leg, at in self.switch.at.items() if at == "room"}
        return room or set(self.switch.pairs)

    def be_due(self, name: str) -> None:
        self.timers.discard(name)
        self.happens(on.TimerDue(name))

    def find_seat(self) -> None:
        token = self._lease("1004")
        self.happens(on.Offered(offer(token, "1004")))

    def sweep(self, token: str) -> None:
        del self.leases[token]
        self.happens(on.OfferLost(token))

    def _found(self) -> list[str]:
        """Offers that the list has made."""
        return [token for token, seat in self.leases.items() if seat == "1004"]

    def _rings(self) -> int:
        return self.story.plan.groups[self.listed].ring_several

    def _lease(self, seat: str) -> str:
        self._number += 1
        token = f"token-{self._number}"
        self.leases[token] = seat
        return token

    def calm_down(self) -> None:
        """The caller hangs up; whatever is on its way arrives, and nobody does anything more."""
        self.switch.end(CALLER, "NORMAL_CLEARING", True)
        for _ in range(500):
            move = next(self.arriving(), None)
            if move is not None:
                move[1]()
            elif self.state is State.FAREWELL and self.timers:
                self.be_due("farewell")
            elif self.state is State.CLEARING and self.timers:
                self.be_due("clearing")
            else:
                return
        raise AssertionError("it does not come to its end")

    # what the call asks for

    def happens(self, event: on.Event) -> None:
        pending = deque([event])
        while pending:
            try:
                self.story.happens(pending.popleft(), after=0.5)
            except Unexpected:
                continue
            pending.extend(self._take(self.story.todo))

    def _take(self, todo: object) -> list[on.Event]:
        came: list[on.Event] = []
        assert isinstance(todo, tuple | list)
        for action in todo:
            event = self.perform(action)
            if event is not None:
                came.append(event)
                if isinstance(event, on.OfferLost | on.BridgeFailed | on.QueueFailed):
                    break
        return came

    def perform(self, action: do.Action) -> on.Event | None:
        switch = self.switch
        self.done.append(action)
        match action:
            case do.Ring(leg=leg) | do.Dial(leg=leg):
                if leg != SEAT:
                    assert leg not in switch.at, "a leg is rung once"
                    switch.at[leg] = "ringing"
            case do.StopLeg(leg=leg):
                switch.end(leg, action.cause, False)
            case do.Part(leg, other):
                assert switch.pairs.get(leg) in (other, None)
                switch.park(leg)
            case do.Park(leg):
                switch.park(leg)
            case do.Confer(leg, _):
                switch.confer(leg)
            case do.Bridge(leg, other) if leg != SEAT or other or self.asked:
                if not switch.bridge(other or CALLER, leg):
                    return on.BridgeFailed(leg, "-ERR")
            case do.Hangup():
                switch.end(CALLER, action.cause, False)
            case do.Claim(wanted):
                if wanted in (*self.leases.values(), "1001"):
                    return on.NotClaimed(wanted, "talking")
                return on.Claimed(wanted, offer(self._lease(wanted), wanted))
            case do.AcceptOffer(token) if token != SEAT:
                if token not in self.leases:
                    return on.OfferLost(token)
                self.talks.add(token)
                if self.leases.pop(token) == "1004":
                    self._leave_list()
            case do.RefuseOffer(token):
                self.leases.pop(token, None)
            case do.ReleaseSeat(token=token):
                self.freed[token] += 1
            case do.Enqueue(group):
                self._leave_list()
                self.listed = group
            case do.LeaveQueue():
                self._leave_list()
            case do.SetTimer(name):
                self.timers.add(name)
            case do.ClearTimer(name):
                self.timers.discard(name)
            case do.Reply(request):
                self.replies[request] += 1
            case do.Close():
                self.closed += 1
                self.timers.clear()
        return None

    def _leave_list(self) -> None:
        self.listed = ""
        for token in self._found():
            del self.leases[token]


def _farewells(spots: object) -> set[str]:
    assert isinstance(spots, dict)
    return {f"{leg}/farewell" for leg in spots}


VERB_NAMES = (*VERBS, "nonsense")
