"""The queue and the switch around one call, as small as they can be: what was asked for happens,
sooner or later, and what happens is told, in any order that is possible.

A test chooses among `arriving()` and `moves()` until it has enough; `calm_down` lets everything
come to its end.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from functools import partial

from routing.callflow import State, Unexpected
from routing.callflow import actions as do
from routing.callflow import events as on
from routing.callflow.states import ASKED, QUEUED
from routing.plan import Plan
from routing.record import EndedBy
from tests.routing.build import Story, offer

Move = tuple[str, Callable[[], None]]
SEATS = ("1001", "1002", "1003")
_STOPS = (on.OfferLost, on.QueueFailed, on.SwitchRefused, on.BridgeFailed)


class World:
    """One call with its queue and its switch."""

    def __init__(self, plan: Plan, called: str = "12345") -> None:
        self.story = Story(plan, called)
        self.several = plan.groups["intake"].ring_several
        self.listed = False
        """Whether the caller is in the list, where a seat may be found for him."""
        self.offers: dict[str, str] = {}
        """Token → seat, of every lease that is good."""
        self.talk = ""
        """The token of the talk, as the queue knows it."""
        self.legs: dict[str, str] = {}
        """Seat's leg → ringing, up or ended."""
        self.on_line = True
        self.bridged = ""
        self.timers: set[str] = set()
        self.closed = 0
        self.inbox: deque[on.Event] = deque()
        self.wires: dict[str, deque[on.Event]] = {"leg-a": deque()}
        """What the switch has still to tell of each leg, in order."""
        self._tokens = iter(f"offer-{number}" for number in range(10_000))
        self.happens(on.Arrived(self.story.arrival))
        while self.story.call.state is not State.WAITING:
            self.end_audio()

    def ring(self, phones: int) -> None:
        """Let so many phones ring for the caller, whatever else happens later."""
        for _ in range(phones):
            self.find_seat()
            self.read_inbox()

    # what can happen next

    def arriving(self) -> Iterator[Move]:
        """Everything that is on its way to the call, with a name for reading a failure."""
        if self.inbox:
            yield "the inbox is read", self.read_inbox
        for leg, wire in self.wires.items():
            if wire:
                yield f"the switch tells of {leg}", partial(self.hear, leg)

    def moves(self) -> Iterator[Move]:
        """Everything that people, seats, queue and clock may do now."""
        if self.listed or (self.offers and len(self.offers) < self.several):
            yield "a seat is found", self.find_seat
        for token in self.offers:
            yield f"{token} runs out", partial(self.lose, token, on.TIME_OVER)
            if len(self.offers) > 1:
                yield f"{token} is withdrawn", partial(self.lose, token, "withdrawn")
        for leg, state in self.legs.items():
            if state == "ringing":
                yield f"{leg} is picked up", partial(self.pick_up, leg)
                yield f"{leg} is busy", partial(self.end_leg, leg, "USER_BUSY")
            if state == "up":
                yield f"{leg} hangs up", partial(self.end_leg, leg, "NORMAL_CLEARING")
        for name in sorted(self.timers):
            yield f"{name} is due", partial(self.be_due, name)
        if self.on_line:
            yield "the caller hangs up", partial(self.caller_goes, EndedBy.CALLER)
            yield "the audio ends", self.end_audio
            yield "a key is pressed", partial(self.happens, on.Pressed("1"))
        if self.story.call.state in ASKED:
            answer = on.Collected(self.story.call.audio, "1")
            yield "the question is answered", partial(self.happens, answer)
        if self.story.call.state in QUEUED:
            yield "the queue forgets", self.forget

    def forgotten(self) -> list[str]:
        """Phones that ring or are up, although nobody waits for them and nothing is to be told."""
        partners = self.story.call.partners
        living = (leg for leg, state in self.legs.items() if state != "ended")
        return [leg for leg in living if leg not in partners and not self.wires.get(leg)]

    def calm_down(self) -> None:
        """The caller hangs up, and everything on its way arrives."""
        self.caller_goes(EndedBy.CALLER)
        while self.inbox or any(self.wires.values()):
            for leg in list(self.wires):
                while self.wires[leg]:
                    self.hear(leg)
            while self.inbox:
                self.read_inbox()

    def read_inbox(self) -> None:
        event = self.inbox.popleft()
        if self.story.call.state is State.ENDED:
            self.perform(do.LeaveQueue())  # what the desk does for a call that it has no more
        else:
            self.happens(event)

    def hear(self, leg: str) -> None:
        self.happens(self.wires[leg].popleft())

    def find_seat(self) -> None:
        token = next(self._tokens)
        self.listed = False
        self.offers[token] = SEATS[len(self.offers)]
        self.inbox.append(on.Offered(offer(token, self.offers[token])))

    def lose(self, token: str, reason: str) -> None:
        del self.offers[token]
        self.listed = not self.offers
        self.inbox.append(on.OfferLost(token, reason))

    def pick_up(self, leg: str) -> None:
        self.legs[leg] = "up"
        self._tell(leg, on.SeatAnswered(leg), on.SeatAnswered(leg))

    def end_leg(self, leg: str, cause: str) -> None:
        was, self.legs[leg] = self.legs[leg], "ended"
        if was == "ringing":
            self._tell(leg, on.SeatFailed(leg, cause))
        self._tell(leg, on.SeatGone(leg, cause, True))
        if self.bridged == leg:
            self.bridged = ""
            if self.on_line:
                self._tell("leg-a", on.CallerBack())

    def be_due(self, name: str) -> None:
        self.timers.discard(name)
        self.happens(on.TimerDue(name), after=40.0)

    def caller_goes(self, by: EndedBy) -> None:
        if self.on_line:
            self.on_line = False
            self._tell("leg-a", on.CallerGone("NORMAL_CLEARING", by))

    def end_audio(self) -> None:
        audio, whisper = self.story.call.audio, f"{self.story.call.partner}/whisper"
        self.happens(on.Played(whisper))
        self.happens(on.Answered())
        self.happens(on.Played(audio))
        self.happens(on.Collected(audio, ""))

    def forget(self) -> None:
        self.listed, self.offers = False, {}
        self.happens(on.QueueForgot())

    def _tell(self, leg: str, *events: on.Event) -> None:
        self.wires.setdefault(leg, deque()).extend(events)

    # what the call asks for

    def happens(self, event: on.Event, after: float = 0.5) -> None:
        """Let the call take one event and do what it asks for, as its worker would."""
        pending = deque([event])
        while pending:
            try:
                self.story.happens(pending.popleft(), after=after)
            except Unexpected:
                continue
            for action in self.story.todo:
                came_of_it = self.perform(action)
                if came_of_it is not None:
                    pending.append(came_of_it)
                    if isinstance(came_of_it, _STOPS):
                        break

    def perform(self, action: do.Action) -> on.Event | None:
        match action:
            case do.Ring(leg=leg):
                assert leg not in self.legs, "a leg is rung once"
                self.legs[leg] = "ringing"
            case do.StopLeg(leg=leg) if self.legs.get(leg) in ("ringing", "up"):
                self.end_leg(leg, action.cause)
            case do.AcceptOffer(token):
                if token not in self.offers:
                    return on.OfferLost(token)
                self.talk, self.offers = token, {}
            case do.RefuseOffer(token) if token in self.offers:
                del self.offers[token]
                self.listed = not self.offers
            case do.ReleaseSeat(token=token) if token == self.talk:
                self.talk = ""
            case do.LeaveQueue():
                self.listed, self.offers = False, {}
            case do.Enqueue():
                assert not self.talk, "who talks is not in the list"
                self.inbox.extend(on.OfferLost(token, "enqueued_again") for token in self.offers)
                self.listed, self.offers = True, {}
            case do.Bridge(leg):
                if self.legs.get(leg) != "up" or not self.on_line:
                    return on.BridgeFailed(leg, "-ERR")
                assert not self.bridged, "one at a time"
                self.bridged = leg
                self._tell(leg, on.Bridged(leg))
            case do.Hangup():
                self.caller_goes(EndedBy.SYSTEM)
            case do.SetTimer(name):
                self.timers.add(name)
            case do.ClearTimer(name):
                self.timers.discard(name)
            case do.AskPosition():
                return on.Positioned(3, 400.0)
            case do.AskStaffed(group):
                return on.Unstaffed(group)
            case do.KeepPlace():
                return on.PlaceKept("7")
            case do.Close():
                self.closed += 1
                self.timers.clear()
        return None
