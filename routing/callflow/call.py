"""What is known of one call, and the record that is left of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from routing.admission import Instead
from routing.callflow.events import Control
from routing.callflow.parties import Party, Quest
from routing.callflow.positions import Spot
from routing.callflow.states import State
from routing.lines import Forward, Overflow
from routing.record import (
    CallKind,
    CallRecord,
    EndedBy,
    LegRecord,
    Outcome,
    Segment,
    TraceRecord,
)
from routing.replacing import replace
from routing.seats import Offer

UNNAMED = ""
"""See `Call.audio`."""


@dataclass(frozen=True)
class Call:
    """One call, from its arrival to its record. Never changed, only replaced.

    Without slots: every step makes several of it, see `routing.replacing`.
    """

    id: str
    """The Unique-ID of the caller's leg."""
    arrived_at: float
    kind: CallKind = CallKind.INCOMING
    state: State = State.ARRIVED
    trunk: str = ""
    caller: str = ""
    dialled: str = ""
    line_dialled: str = ""
    line_meant: str = ""
    group: str = ""
    title: str = ""
    department: str = ""
    """Whose number was dialled, for statistics."""
    priority: int = 0
    age_slope: float = 1.0
    greeting: tuple[str, ...] = ()
    connects: bool = True
    """Whether the greeting is followed by the queue, or by good-bye."""
    language: str = ""
    """Language of the prompts that the caller hears."""
    menu: str = ""
    """The menu that is asked now or next; "" for none."""
    overflow: tuple[Overflow, ...] = ()
    """The line's own steps; those of the group come besides (see `Plan.steps`)."""
    pools: tuple[str, ...] = ()
    """Pools whose seats may serve the caller besides the group's own, once a step was taken."""
    ways_out: tuple[Overflow, ...] = ()
    """Ways out that the caller has been led to and has come back from, or is on."""
    forward: Forward | None = None
    """Where the caller is passed on to instead of the queue."""
    closed: bool = False
    """Whether good-bye is said because it is out of hours."""
    barred: bool = False
    """Whether good-bye is said because the caller is barred."""
    full: Instead | None = None
    """What the caller meets instead of the queue, which has no room."""
    music: str = ""
    survey: bool = False
    counted: bool = False
    """Whether it counts among those who wait for the line, and its number has a place there."""
    unplaced: bool = False
    """The list could not be reached: music plays, and the place is tried for."""
    kept_since: float | None = None
    """When an earlier call came to the list whose place this one has."""
    prefer: str = ""
    """The agent with whom the caller talked when the line was cut off."""
    greeted_at: float | None = None
    queued_at: float | None = None
    offered_at: float | None = None
    answered_at: float | None = None
    talk_ended_at: float | None = None
    ended_at: float | None = None
    offers: tuple[Offer, ...] = ()
    """The seats that are being rung; from the first answer on the one that gave it stands first."""
    seat: str = ""
    agent: str = ""
    audio: str = ""
    """The execution whose end is awaited; ends of others are history. UNNAMED: that of whatever an
    earlier owner has begun."""
    announcing: bool = False
    """Whether `audio` is an announcement to somebody who waits, not the music."""
    introduction: tuple[str, ...] | None = None
    """What is said before the position that was asked for; None if nothing is to be said."""
    overdue: tuple[str, ...] = ()
    """Timers of announcements that came due during another; their turn is right after it."""
    notice: str = ""
    """What is said instead of the position while the caller's group is paused."""
    phrases: int = 0
    """How many comfort phrases were said."""
    executions: int = 0
    recording: str = ""
    survey_key: str = ""
    comes_back: bool = False
    """Whether the caller goes back to the list, since the line of the seat has broken."""
    asks_for_callback: bool = False
    """Whether the question about a callback follows if nobody takes the call: a phone that rang cut
    it off, or the key was pressed while one rang."""
    callback_number: str = ""
    """The number to be called back at, while the caller is asked about it."""
    callback: str = ""
    """Id of the callback that keeps the caller's place, or that this call is a try of."""
    display: str = ""
    """What the display of a callback's seat shows instead."""
    called_at: float | None = None
    """When the phone of the person whom the hotline calls began to ring."""
    shown_number: str = ""
    """The number that the person whom a seat calls sees."""
    callee: Offer | None = None
    """The seat that a seat calls, held for the call until it ends; its leg is the call's own."""
    ways: tuple[Forward, ...] = ()
    """Further ways to an emergency service that a seat calls, should this one fail."""
    message_at: float | None = None
    """When the recording of a message began."""
    parties: tuple[Party, ...] = ()
    """Who was brought into the call besides its seat, and whose phones ring for that."""
    quests: tuple[Quest, ...] = ()
    """Who is being looked for."""
    postponed: tuple[Control, ...] = ()
    """Wishes that wait until two legs hear each other; see `callflow.postponed`."""
    spots: Mapping[str, Spot] = field(default_factory=dict)
    """Where each leg is while the call is being controlled; empty in a plain talk."""
    swapped: bool = False
    """Whether, during a consultation, the seat talks with the caller."""
    tell: tuple[str, ...] = ()
    """What the seat is to be told before it is back with the caller."""
    telling: str = ""
    """The execution that tells it."""
    muted: bool = False
    """Whether the others do not hear the seat."""
    parked_by: str = ""
    """The seat that parked the caller."""
    tagged: Mapping[str, str] = field(default_factory=dict)
    """What the caller's channel was last told about the control of the call."""
    segments: tuple[Segment, ...] = ()
    """What has gone on since the first answer; the last one goes on still if its end is None."""
    outcome: Outcome | None = None
    cause: str = ""
    ended_by: EndedBy | None = None
    legs: tuple[LegRecord, ...] = ()
    listeners: tuple[LegRecord, ...] = ()
    """Supervisors who listen or have listened."""
    trace: tuple[TraceRecord, ...] = ()

    def note(self, now: float, what: str, /, **facts: object) -> Call:
        """Add a step to the decision trace."""
        step = TraceRecord(now, what, {key: str(value) for key, value in facts.items()})
        return replace(self, trace=(*self.trace, step))

    def next_audio(self) -> Call:
        """Name the next execution; `audio` is its id."""
        number = self.executions + 1
        return replace(self, executions=number, audio=f"{self.id}/{number}")

    def with_leg(self, leg: str, **changes: object) -> Call:
        """Change what is known of one leg."""
        legs = tuple(
            replace(known, **changes) if known.leg == leg else known  # type: ignore[arg-type]
            for known in self.legs
        )
        return replace(self, legs=legs)

    @property
    def shown(self) -> str:
        """What a seat's display shows: the number that was dialled, and whose it is."""
        return self.display or " ".join(dict.fromkeys((self.line_dialled, self.title)))

    @property
    def offer(self) -> Offer | None:
        """The seat that talks or has picked up, or else the first of those that are being rung."""
        return self.offers[0] if self.offers else None

    @property
    def partner(self) -> str:
        """The leg that talks with the caller or has picked up, or else the first that is rung for
        the caller; "" if there is none."""
        return next(iter(self.partners), "")

    @property
    def partners(self) -> tuple[str, ...]:
        """Every leg that is rung for the caller, or talks with the caller."""
        if self.offers or self.parties:
            offered = tuple(offer.token for offer in self.offers)
            return (*offered, *(party.leg for party in self.parties))
        passed_on = self.state in (State.FORWARDING, State.FORWARDED)
        return self.open_legs[-1:] if passed_on else ()

    @property
    def third(self) -> Party | None:
        """Who was brought in last and has picked up, or else whose phone rings."""
        return max(self.parties, key=lambda party: party.answered, default=None)

    def party_on(self, leg: str) -> Party | None:
        """Who is on `leg`, if it is none of caller and seat."""
        return next((party for party in self.parties if party.leg == leg), None)

    def seat_at(self, leg: str) -> str:
        """Give the seat whose leg it is, be it the one that has the call or one that was brought
        into it; "" if it is somebody else's."""
        brought_in = (party.offer for party in self.parties)
        offers = (*self.offers, *(offer for offer in brought_in if offer is not None))
        return next((offer.seat for offer in offers if offer.token == leg), "")

    @property
    def open_legs(self) -> tuple[str, ...]:
        """Legs of seats and of numbers on a trunk that have not ended yet."""
        return tuple(leg.leg for leg in self.legs if leg.ended_at is None)

    def record(self, city: str, plan_version: str, meanings: dict[str, str]) -> CallRecord:
        """Write the call down. Only for a call that has ended."""
        ended_at = self.ended_at if self.ended_at is not None else self.arrived_at
        return CallRecord(
            call=self.id,
            city=city,
            plan_version=plan_version,
            trunk=self.trunk,
            caller=self.caller,
            dialled=self.dialled,
            line_dialled=self.line_dialled,
            line_meant=self.line_meant,
            group=self.group,
            arrived_at=self.arrived_at,
            greeted_at=self.greeted_at,
            queued_at=self.queued_at,
            offered_at=self.offered_at,
            answered_at=self.answered_at,
            talk_ended_at=self.talk_ended_at,
            ended_at=ended_at,
            seat=self.seat,
            agent=self.agent,
            outcome=self.outcome or Outcome.FAILED,
            cause=self.cause,
            ended_by=self.ended_by or EndedBy.SYSTEM,
            survey_key=self.survey_key,
            survey_meaning=meanings.get(self.survey_key, ""),
            recording=self.recording,
            legs=(*self._all_legs(ended_at), *self._all_listeners(ended_at)),
            trace=self.trace,
            kind=self.kind,
            callback=self.callback,
            department=self.department,
            segments=self._all_segments(ended_at),
        )

    def _all_listeners(self, ended_at: float) -> tuple[LegRecord, ...]:
        """Supervisors' legs, which have listened no longer than the call went on."""
        return tuple(
            replace(leg, ended_at=ended_at, cause="NORMAL_CLEARING")
            if leg.ended_at is None
            else leg
            for leg in self.listeners
        )

    def _all_segments(self, ended_at: float) -> tuple[Segment, ...]:
        """What went on, up to the end of the talk."""
        end = self.talk_ended_at if self.talk_ended_at is not None else ended_at
        closed = (
            replace(one, ended_at=end if one.ended_at is None else min(one.ended_at, end))
            for one in self.segments
            if one.began_at < end
        )
        return tuple(closed)

    def _all_legs(self, ended_at: float) -> tuple[LegRecord, ...]:
        """The caller's leg, or that of the person who was called back, with those of seats."""
        own = LegRecord(
            leg=self.id,
            role="caller",
            seat="",
            agent="",
            started_at=self.arrived_at,
            answered_at=self.greeted_at,
            bridged_at=self.answered_at,
            ended_at=ended_at,
            cause=self.cause,
        )
        if self.kind is CallKind.INCOMING:
            return (own, *self.legs)
        if self.called_at is None:
            return self.legs
        seat, agent = (self.callee.seat, self.callee.agent) if self.callee else ("", "")
        called = replace(own, role="called", seat=seat, agent=agent, started_at=self.called_at)
        return (*self.legs, called)
