"""Small plans and calls for tests of the pure core."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from routing.callflow import Call, State, actions, step
from routing.callflow import events as on
from routing.entry import Arrival
from routing.lines import Forward, Line, LineKind, Otherwise, Retirement
from routing.plan import Plan, SkillGroup, Trunk
from routing.record import CallRecord
from routing.seats import Offer, Seat

NOW = 1_800_000_000.0
ZONE = ZoneInfo("Asia/Shanghai")


def hotline(**changes: object) -> Line:
    line = Line(
        name="12345",
        kind=LineKind.HOTLINE,
        title="政务服务便民热线",
        numbers=frozenset({"12345"}),
        group="intake",
        greeting="greeting",
        music="moh",
    )
    return replace(line, **changes)  # type: ignore[arg-type]


def retired(merged_on: date, *, connects: bool = True) -> Line:
    return hotline(
        name="12319",
        kind=LineKind.RETIRED,
        title="市城市管理局",
        numbers=frozenset({"12319"}),
        retirement=Retirement(merged_on, into="12345", connects=connects),
    )


def sub_centre(otherwise: Otherwise = Otherwise.QUEUE, **changes: object) -> Line:
    forward = Forward("2970110", "carrier", ring_seconds=20.0, otherwise=otherwise)
    known = {
        "name": "12350",
        "kind": LineKind.SUB_CENTRE,
        "title": "市应急管理局",
        "numbers": frozenset({"12350"}),
        "forward": forward,
    }
    return hotline(**{**known, **changes})


def plan(*lines: Line, **changes: object) -> Plan:
    lines = lines or (hotline(),)
    made = Plan(
        city="pingdingshan",
        title="平顶山市12345",
        zone=ZONE,
        area_code="0375",
        language="zh",
        lines={line.name: line for line in lines},
        groups={"intake": SkillGroup("intake", "受理", ring_seconds=15, wrap_up_seconds=10)},
        seats={"1001": Seat("1001", ("intake",)), "1002": Seat("1002", ("intake",))},
        trunks={"carrier": Trunk("carrier")},
        version="0123456789ab",
    )
    return replace(made, **changes)  # type: ignore[arg-type]


class Story:
    """One call, told event by event."""

    def __init__(self, the_plan: Plan | None = None, called: str = "12345") -> None:
        self.plan = the_plan or plan()
        self.now = NOW
        self.call = Call(id="leg-a", arrived_at=NOW)
        self.todo: tuple[actions.Action, ...] = ()
        self.done: list[actions.Action] = []
        self.arrival = Arrival("13937512345", called, "carrier")

    def happens(self, event: on.Event, after: float = 1.0) -> Story:
        self.now += after
        self.call, self.todo = step(self.call, event, self.plan, self.now)
        self.done += self.todo
        return self

    def arrives(self) -> Story:
        return self.happens(on.Arrived(self.arrival))

    def greeted(self) -> Story:
        return self.arrives().happens(on.Answered())

    def waiting(self) -> Story:
        self.greeted()
        return self.happens(on.Played(self.call.audio))

    def ringing(self, token: str = "leg-b", seat: str = "1001") -> Story:
        if self.call.state is State.ARRIVED:
            self.waiting()
        return self.happens(on.Offered(offer(token, seat)))

    def forwarding(self) -> Story:
        """The greeting, if there is one, is over, and the number on the trunk rings."""
        self.greeted()
        return self if self.leg else self.happens(on.Played(self.call.audio))

    def forwarded(self) -> Story:
        self.forwarding().happens(on.SeatAnswered(self.leg))
        return self.happens(on.Bridged(self.leg))

    @property
    def leg(self) -> str:
        """The leg of the last number on a trunk that was dialled, or ""."""
        return next((a.leg for a in reversed(self.done) if isinstance(a, actions.Dial)), "")

    @property
    def record(self) -> CallRecord:
        (close,) = [action for action in self.done if isinstance(action, actions.Close)]
        return close.record

    def connecting(self) -> Story:
        return self.ringing().happens(on.SeatAnswered("leg-b"))

    def talking(self) -> Story:
        return self.connecting().happens(on.Bridged("leg-b"))

    def surveyed(self) -> Story:
        return self.talking().happens(on.CallerBack(), after=60.0)

    def asked_for(self, kind: type[actions.Action]) -> list[actions.Action]:
        return [action for action in self.todo if isinstance(action, kind)]


def offer(token: str = "leg-b", seat: str = "1001") -> Offer:
    return Offer(token, "leg-a", seat, "8001", "intake", NOW, NOW + 18)
