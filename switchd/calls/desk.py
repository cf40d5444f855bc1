"""All calls of one daemon: who is on which leg, and where events go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict

import gevent
import structlog
from gevent.event import Event as Flag

from routing.admission import Capacity
from routing.callflow import Call, State
from routing.callflow import events as on
from routing.callflow.handlers.introducing import TIMER as INTRODUCTION
from routing.callflow.states import QUEUED
from routing.entry import Arrival
from routing.outgoing import OUTGOING_LEGS, Callback
from routing.plan import Plan
from routing.record import CallRecord, EndedBy
from routing.seats import Offer
from switchd.calls.answers import Answers
from switchd.calls.by_seat import BySeat
from switchd.calls.performer import Performer
from switchd.calls.ports import (
    Clock,
    Ledger,
    NoPlaces,
    Places,
    Queue,
    QueueUnavailable,
    Register,
    Switch,
)
from switchd.calls.reception import CAPACITY, Reception
from switchd.calls.whereabouts import told_again
from switchd.calls.worker import Worker

log = structlog.get_logger(__name__)

UNDER_WAY_SECONDS = 1.0
"""So long after a comparison a bridge may still come about of which the switch's list says nothing:
it is written some tenths of a second late (docs/freeswitch.md)."""


class Desk:
    """Opens a worker for each caller and hands it what happens on its legs."""

    def __init__(
        self,
        plan: Callable[[], Plan],
        switch: Switch,
        queue: Queue,
        ledger: Ledger,
        clock: Clock,
        register: Register,
        places: Places | None = None,
        capacity: Capacity = CAPACITY,
        forecast: Callable[[str, int], float | None] = lambda group, ahead: None,
    ) -> None:
        """Without `places` nobody is called back. `capacity` and `forecast` are those of
        `Reception`."""
        self._plan = plan
        self._queue = queue
        self._ledger = ledger
        self._clock = clock
        self._register = register
        self.answers = Answers()
        self._performer = Performer(
            switch, queue, clock, register, places or NoPlaces(), self.answers
        )
        self.reception = Reception(
            plan,
            switch,
            register,
            clock,
            let_in=self._let_in,
            write=self.write_down,
            legs=lambda: len(self._legs),
            capacity=capacity,
            forecast=forecast,
        )
        self._calls: dict[str, Worker] = {}
        self._legs: dict[str, Worker] = {}
        self._by_seat = BySeat()
        self._empty = Flag()
        self._empty.set()
        self.closed: list[Callable[[CallRecord], None]] = []
        """Told of every record, after it is safe."""
        self.changed: list[Callable[[Call, Call], None]] = []
        """Told of every step of a call, as it was before and is after."""
        self.rung: list[Callable[[Call, str], None]] = []
        """Told of every leg that is about to be rung for a call; must not wait for anything."""
        self.unexpected: Counter[str] = Counter()
        """State and event of what the table has no row for."""

    def __len__(self) -> int:
        return len(self._calls)

    def __contains__(self, leg: str) -> bool:
        return leg in self._legs or leg in self.reception

    def calls(self) -> Iterator[Call]:
        """Every call in progress, oldest first."""
        return (worker.call for worker in list(self._calls.values()))

    def calls_of(self, seat: str) -> list[Call]:
        """The calls in progress in which a seat may be, oldest first."""
        calls = [self._calls[call].call for call in self._by_seat.calls_of(seat)]
        return sorted(calls, key=lambda call: call.arrived_at)

    def find(self, call: str) -> Call | None:
        """Give a call in progress by its id."""
        worker = self._calls.get(call)
        return None if worker is None else worker.call

    def arrive(self, leg: str, arrival: Arrival) -> None:
        """A new caller is parked. A leg that is known already is not opened twice."""
        if leg not in self:
            self.reception.arrive(leg, arrival)

    def _let_in(self, leg: str, arrived: on.Arrived, meanwhile: Sequence[on.Event]) -> None:
        self._open(leg, arrived)
        for event in meanwhile:
            self.deliver(leg, event)

    def found(self, leg: str, event: on.Found) -> None:
        """A caller was found whose call began under another owner."""
        if leg not in self:
            self._open(leg, event)

    def call_back(self, callback: Callback, offer: Offer) -> None:
        """A callback's turn has come: ring the offer's seat, then its person.

        The leg's name is new each time: one of the same name may still ring for an earlier owner.
        """
        leg = f"{callback.LEG_PREFIX}{callback.id}-{self._clock.now() * 1000:.0f}"
        self._open(leg, on.CallBackDue(callback, offer))

    def dial_out(self, dialled: on.DialledOut) -> str:
        """A seat calls somebody; return the call. The seat's own phone is rung if it has not
        dialled itself. A phone's leg that is known already is not served twice."""
        if dialled.leg in self._legs:
            return self._legs[dialled.leg].call.id
        call = f"{OUTGOING_LEGS}{dialled.seat}-{self._clock.now() * 1000:.0f}"
        self._open(call, dialled)
        if dialled.leg:
            self._legs[dialled.leg] = self._legs[call]
        return call

    def offer_more(self, callback: Callback, offer: Offer) -> bool:
        """A further seat may ring for a callback whose try has begun; False if none has."""
        for leg, worker in self._calls.items():
            if leg.startswith(f"{callback.LEG_PREFIX}{callback.id}-"):
                worker.post(on.Offered(offer))
                return True
        return False

    def call_on(self, leg: str) -> Call | None:
        """Give the call that a leg belongs to, as it is now."""
        worker = self._legs.get(leg)
        return None if worker is None else worker.call

    def turn_away(self, leg: str, arrival: Arrival) -> None:
        """A new caller is parked whom nobody will serve; the call leaves a record."""
        self._open(leg, on.TurnedAway(arrival))

    def talks(self, leg: str, event: on.Talking | on.Controlled) -> None:
        """A caller was found in a talk that began under another owner."""
        legs = [event.leg] if event.leg else []
        if isinstance(event, on.Controlled):
            legs += [third.leg for third in event.thirds]
        if any(one in self._legs for one in (leg, *legs)):
            return
        self._open(leg, event)
        for one in legs:
            self._legs[one] = self._legs[leg]

    def _open(self, leg: str, event: on.Event) -> None:
        call = Call(id=leg, arrived_at=self._clock.now())
        worker = Worker(
            call,
            self._plan(),
            self._performer,
            self._clock,
            on_leg=self._ring,
            on_closed=self._close,
            on_unexpected=self._count_unexpected,
            on_changed=self._changed,
        )
        self._calls[leg] = self._legs[leg] = worker
        self._empty.clear()
        worker.post(event)
        worker.start()

    def _ring(self, leg: str, worker: Worker) -> None:
        self._legs[leg] = worker
        for listener in self.rung:
            try:
                listener(worker.call, leg)
            except Exception:
                log.exception("not told of a leg that rings", call_id=worker.call.id, leg=leg)

    def deliver(self, leg: str, event: on.Event) -> bool:
        """Hand `event` to the call that `leg` belongs to; False if it belongs to none."""
        worker = self._legs.get(leg)
        if worker is None:
            return self.reception.heard(leg, event)
        worker.post(_by_role(event, leg, worker.call.id))
        return True

    def taken_over(self, call: str, event: on.TakenOver) -> bool:
        """A supervisor's leg becomes one of the call's; False if the call has ended."""
        worker = self._calls.get(call)
        if worker is None:
            return False
        self._legs[event.leg] = worker
        worker.post(event)
        return True

    def offer_made(self, offer: Offer) -> None:
        """The queue found a seat for one of our callers."""
        if not self.deliver(offer.call, on.Offered(offer)):
            try:
                self._queue.leave(offer.call, self._clock.now())
            except QueueUnavailable as error:
                log.warning("offer for a call that has ended", call_id=offer.call, why=str(error))

    def offer_lost(self, call: str, token: str, reason: str) -> None:
        """The lease of an offer ran out, or the queue has taken it back for another reason."""
        self.deliver(call, on.OfferLost(token, reason))

    def unstaffed(self, pool: str) -> None:
        """The last seat of a pool was signed out, or cannot be reached: tell who waits for it."""
        for worker in list(self._calls.values()):
            call = worker.call
            if call.state in QUEUED and pool in (call.group, *call.pools):
                worker.post(on.Unstaffed(pool, asked=False))

    def missed(
        self,
        stranded: Collection[str],
        living: Mapping[str, str],
        cause: str = "UNCONFIRMED",
        before: Mapping[str, Call] | None = None,
    ) -> None:
        """Make up for events that were lost while the switch could not be heard.

        `stranded` are the calls that were in progress then, `living` every leg that the switch
        has now with what it does. Callers who are gone are told gone for `cause`,
        legs likewise, and whoever waited for something to end waits no longer: unless the call has
        gone on since, by what it was `before` the switch was asked.
        """
        before = before or {}
        for worker in [self._calls[leg] for leg in stranded if leg in self._calls]:
            call = worker.call
            was = before.get(call.id, call)
            for event in _gone(was, call, living, cause):
                worker.post(event)
            if was is call:
                self._make_up(worker, living)
        self.reception.compare(living)

    def _make_up(self, worker: Worker, living: Mapping[str, str]) -> None:
        call = worker.call
        for event in _made_up(call, living):
            if call.state is State.CONNECTING and isinstance(event, on.TimerDue):
                # A bridge that was asked for just before may come about just now.
                gevent.spawn_later(UNDER_WAY_SECONDS, _post_unless_gone_on, worker, call, event)
            else:
                worker.post(event)

    def told_of_legs(self, legs: int) -> None:
        """The switch has so many legs; what is more than ours belongs to somebody else."""
        self.reception.told_of_others(legs - len(self._legs) - len(self.reception))

    def waits_for(self, leg: str) -> bool:
        """Whether a leg that we dialled is one that its call rings or talks with, or that of a
        person who was called back."""
        worker = self._legs.get(leg)
        return worker is not None and leg in (*worker.call.partners, worker.call.id)

    def forgotten(self, known: Collection[str]) -> None:
        """The queue lost its data but for the callers in `known`: bring the others back."""
        for worker in list(self._calls.values()):
            if worker.call.state in QUEUED and worker.call.id not in known:
                worker.post(on.QueueForgot())

    def settle(self, seconds: float) -> None:
        """Wait until every call that waits, or of which nothing is known yet, has dealt with what
        it has been told until now; at most so long."""
        told = [one for one in self._calls.values() if one.call.state in _PUT_BACK]
        gevent.wait([worker.settled() for worker in told], timeout=seconds)

    def let_go(self, calls: Collection[str]) -> None:
        """Callers whom the switch served by itself meanwhile: what is known of them is no longer
        true. They are found again as callers of an earlier owner, or written down by the switch."""
        for call in [self._calls[call].call for call in calls if call in self._calls]:
            self.forget(call.id)
            try:
                self.give_up_place(call)
            except QueueUnavailable as error:
                log.warning("place not given up", call_id=call.id, why=str(error))

    def forget(self, call: str) -> bool:
        """Work on a call no more, and leave it as it is everywhere else; False if it is over."""
        worker = self._calls.pop(call, None)
        if worker is None:
            return False
        worker.stop()
        self._by_seat.over(call)
        for leg in [leg for leg, owner in self._legs.items() if owner is worker]:
            self._legs.pop(leg, None)
        if not self._calls:
            self._empty.set()
        log.info("call let go", call_id=call, state=worker.call.state)
        return True

    def give_up_place(self, call: Call) -> None:
        """A call that nobody works on waits no more. Raises `QueueUnavailable`."""
        self._queue.leave(call.id, self._clock.now())
        self._register.leave(call.id, call.line_meant, call.caller, None, 0.0)

    def _changed(self, before: Call, after: Call) -> None:
        self._by_seat.changed(before, after)
        for listener in self.changed:
            try:
                listener(before, after)
            except Exception:
                log.exception("not told of a step of a call", call_id=after.id)

    def _count_unexpected(self, call: Call, event: on.Event) -> None:
        self.unexpected[f"{call.state}/{type(event).__name__}"] += 1
        log.debug("unexpected", call_id=call.id, state=call.state, what=type(event).__name__)

    def write_down(self, record: CallRecord) -> None:
        """Keep the record of an ended call, and tell everybody who wants to know."""
        try:
            self._ledger.append(record)
        except Exception:
            log.exception("record not kept, here it is", record=asdict(record))
        for listener in self.closed:
            try:
                listener(record)
            except Exception:
                log.exception("not told of the end of a call", call_id=record.call)

    def _close(self, worker: Worker, record: CallRecord) -> None:
        self._calls.pop(record.call, None)
        self._by_seat.over(record.call)
        self._legs.pop(record.call, None)
        for leg in record.legs:
            self._legs.pop(leg.leg, None)
        log.info(
            "call ended",
            call_id=record.call,
            line=record.line_dialled or record.dialled,
            outcome=record.outcome,
            cause=record.cause,
            seat=record.seat,
        )
        self.write_down(record)
        if not self._calls:
            self._empty.set()

    def wait_empty(self, seconds: float) -> bool:
        """Wait until no call is in progress; False if some still are after `seconds`."""
        return bool(self._empty.wait(seconds))

    def stop(self) -> None:
        """Let go of every call; on the switch they stay as they are."""
        self.reception.stop()
        for worker in self._calls.values():
            worker.stop()


def _by_role(event: on.Event, leg: str, caller: str) -> on.Event:
    """A key belongs to whoever is on the leg: a seat that has dialled is on an incoming leg, a
    person whom the hotline called on one that it has dialled."""
    match event:
        case on.Pressed(key) if leg != caller:
            return on.SeatPressed(leg, key)
        case on.SeatPressed(_, key) if leg == caller:
            return on.Pressed(key)
    return event


def _post_unless_gone_on(worker: Worker, call: Call, event: on.Event) -> None:
    if worker.call is call:
        worker.post(event)


def _gone(was: Call, call: Call, living: Mapping[str, str], cause: str) -> Iterator[on.Event]:
    """Tell of the legs that `was` had, and the call has still, and the switch has not."""
    if call.id not in living:
        yield on.CallerGone(cause, EndedBy.SYSTEM)
    for leg in was.open_legs:
        if leg in call.open_legs and leg not in living:
            yield on.SeatFailed(leg, cause)
            yield on.SeatGone(leg, cause, by_seat=False)


def _made_up(call: Call, living: Mapping[str, str]) -> Iterator[on.Event]:
    for leg in call.open_legs:
        if living.get(leg) == PARK:
            yield on.SeatAnswered(leg)
    yield from told_again(call, living)
    if call.id not in living:
        return
    if call.state is State.CALLING and living[call.id] == PARK:
        yield on.SeatAnswered(call.id)
    if call.state in (State.CONNECTING, State.FORWARDING) and living[call.id] == TALK:
        yield on.Bridged(call.partner)
    elif call.state in (State.TALKING, State.FORWARDED) and living[call.id] == PARK:
        if call.spots:
            return
        yield on.CallerBack()
    elif call.state in _NUDGES:
        yield _NUDGES[call.state](call)


_PUT_BACK = QUEUED | {State.ARRIVED}
TALK, PARK = "talk", "park"
"""What a leg does that matters here; see `switchboard.incoming.doing`."""
_NUDGES: dict[State, Callable[[Call], on.Event]] = {
    State.ANSWERING: lambda call: on.AnswerUnsure(),
    State.GREETING: lambda call: on.Played(call.audio, failed=True),
    State.MENU: lambda call: on.Collected(call.audio, ""),
    State.WAITING: lambda call: on.Played(call.audio, failed=True),
    State.RINGING: lambda call: on.Played(call.audio, failed=True),
    State.WHISPER: lambda call: on.TimerDue(INTRODUCTION),
    State.STAFF_NUMBER: lambda call: on.TimerDue(INTRODUCTION),
    State.CONNECTING: lambda call: on.TimerDue("bridge"),
    State.CALLBACK_QUESTION: lambda call: on.Collected(call.audio, ""),
    State.CALLBACK_NUMBER: lambda call: on.Collected(call.audio, ""),
    State.VOICEMAIL_GREETING: lambda call: on.Played(call.audio, failed=True),
    State.VOICEMAIL: lambda call: on.Recorded(call.audio, 0.0),
    State.AFTER_TALK: lambda call: on.CallerBack(),
    State.SURVEY: lambda call: on.Collected(call.audio, ""),
    State.EXPLAINING: lambda call: on.Played(call.audio, failed=True),
    State.CLOSING: lambda call: on.Played(call.audio, failed=True),
    State.ENDING: lambda call: on.TimerDue("ending"),
}
"""What a call that was cut off from the switch is waiting for, by its state."""
