"""What FreeSWITCH tells, in the words of calls, codes and phones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from routing.callflow import events as on
from routing.callflow.states import CONTROLLED
from routing.callflow.waiting import FACTS
from routing.entry import Arrival
from routing.lines import HIGHEST_PRIORITY
from routing.record import CallKind, EndedBy
from switchd.esl import events as esl
from switchd.switchboard.legs import Variable, reader
from switchd.switchboard.lines import OFFER
from switchd.switchboard.outgoing import MUSIC

EVENTS = (
    "CHANNEL_PARK",
    "CHANNEL_ANSWER",
    "CHANNEL_BRIDGE",
    "CHANNEL_EXECUTE_COMPLETE",
    "CHANNEL_HANGUP_COMPLETE",
    "DTMF",
    "BACKGROUND_JOB",
    "HEARTBEAT",
    "SHUTDOWN",
)
SUBCLASSES = ("sofia::register", "sofia::unregister", "sofia::expire", "conference::maintenance")

DIALLING = "outgoing"
"""variable_switchd_kind of the leg of a seat's phone that has dialled a number."""
DIALLED = ("seat", "nailed", "forward", DIALLING)
"""variable_switchd_kind of the legs on the other side of the call: those that we have originated,
and phones that have dialled."""
CALLED_BACK = "callback"
"""variable_switchd_kind of the leg of somebody whom the hotline calls, for whatever reason."""
RELAY = "relay"
"""The same of legs by which another FreeSWITCH of the city rings a phone that is registered here;
its own daemon works on the call."""
DEGRADED = "degraded"
"""variable_switchd_state of callers whom FreeSWITCH serves by itself (dialplan/contexts)."""
NOT_WRITTEN = "uri-failure"
"""variable_record_completion_cause when a recording could not be begun, or a write to its file
failed (switch_ivr_async.c, record_callback)."""
WAV_HEADER_BYTES = 44
PHONE_HUNG_UP = frozenset({"recv_bye", "recv_cancel", "recv_refuse"})
"""variable_sip_hangup_disposition when the other side ended the leg (mod_sofia.c)."""


class Finder(Protocol):
    """Who is told what a leg is that nobody works on."""

    def arrived(self, leg: str, arrival: Arrival) -> None: ...
    def found(self, leg: str, event: on.Found) -> None: ...
    def talks(self, leg: str, event: on.Talking | on.Controlled) -> None: ...
    def code_dialled(self, leg: str, seat: str, code: str) -> None: ...
    def number_dialled(self, leg: str, seat: str, number: str) -> None: ...
    def stray(self, leg: str, seat: str = "") -> None: ...


class Listener(Finder, Protocol):
    """Who is told of everything."""

    def phone(self, seat: str, reachable: bool) -> None: ...
    def deliver(self, leg: str, event: on.Event) -> bool: ...
    def seat_left(self, leg: str, seat: str) -> None: ...
    def served_alone(self, caller: str, seat: str, leg: str) -> None: ...
    def relay_ended(self, seat: str, token: str) -> None: ...
    def knows(self, leg: str) -> bool: ...
    def events_lost(self) -> None: ...
    def heartbeat(self, legs: int) -> None: ...


class Ear:
    """Hears every event of one FreeSWITCH and tells the listener what it means.

    Called by the link's dispatcher, one event at a time; it only sorts and never waits.
    """

    def __init__(self, listener: Listener, over: Callable[[str], object]) -> None:
        """`over(leg)` hears first of the end of each leg that we have dialled."""
        self._listener = listener
        self._over = over
        self.heard: Counter[str] = Counter()
        self._tables: dict[type[esl.Event], Callable[..., None]] = {
            esl.ChannelPark: self._parked,
            esl.ChannelBridge: self._bridged,
            esl.ChannelExecuteComplete: self._executed,
            esl.ChannelHangupComplete: self._hung_up,
            esl.Dtmf: self._pressed,
            esl.ConferenceChange: self._conference_changed,
            esl.Registered: self._registered,
            esl.Unregistered: self._unregistered,
            esl.RegistrationExpired: self._unregistered,
            esl.EventsLost: self._lost,
            esl.Heartbeat: self._heartbeat,
        }

    def __call__(self, event: esl.Event) -> None:
        """Sort one event. Those without a meaning for us are only counted."""
        self.heard[event.name] += 1
        handler = self._tables.get(type(event))
        if handler is not None:
            handler(event)

    def _parked(self, event: esl.ChannelPark) -> None:
        leg = event.uuid
        if self._listener.knows(leg):
            ours = event.variable("switchd_kind") in DIALLED
            self._listener.deliver(leg, on.SeatAnswered(leg) if ours else on.CallerBack())
            return
        found(self._listener, leg, event.headers)

    def _bridged(self, event: esl.ChannelBridge) -> None:
        leg, other = event.uuid, event.other
        if event.variable("switchd_state") == DEGRADED:
            self._listener.served_alone(leg, event.variable("switchd_seat"), other)
            return
        dialled = leg if event.variable("switchd_kind") in DIALLED else other
        self._listener.deliver(dialled, on.Bridged(dialled))

    def _executed(self, event: esl.ChannelExecuteComplete) -> None:
        leg, execution = event.uuid, event.execution
        if not execution.startswith(leg) or event.get("Answer-State") == "hangup":
            return  # whatever a hangup cuts short has not come to its end; the hangup is told next
        if execution.endswith("/answer"):
            self._listener.deliver(leg, on.Answered())
        elif event.application == "play_and_get_digits":
            keys = event.variable("switchd_key")
            self._listener.deliver(leg, on.Collected(execution, keys))
        elif event.application == "record":
            seconds = _number(event.variable("record_ms")) / 1000
            self._listener.deliver(leg, on.Recorded(execution, seconds))
        else:
            failed = event.response.startswith("FILE NOT FOUND")
            self._listener.deliver(leg, on.Played(execution, failed))

    def _pressed(self, event: esl.Dtmf) -> None:
        # The event has no variables (switch_channel.c, switch_channel_dequeue_dtmf); legs that we
        # dialled are outbound.
        leg, key = event.uuid, event.digit
        if event.get("Call-Direction") == "inbound":
            self._listener.deliver(leg, on.Pressed(key))
        else:
            self._listener.deliver(leg, on.SeatPressed(leg, key))

    def _conference_changed(self, event: esl.ConferenceChange) -> None:
        if event.action == "add-member":
            self._listener.deliver(event.uuid, on.Joined(event.uuid))

    def _hung_up(self, event: esl.ChannelHangupComplete) -> None:
        leg, cause = event.uuid, event.cause
        if (failed := not_recorded(event.variable)) is not None:
            self._listener.deliver(leg, failed)
        other_side = event.variable("sip_hangup_disposition") in PHONE_HUNG_UP
        if event.variable("switchd_kind") in DIALLED:
            self._over(leg)
            known = self._listener.deliver(leg, on.SeatGone(leg, cause, other_side))
            seat = event.variable("switchd_seat")
            if seat and not known:
                self._listener.seat_left(leg, seat)
        elif event.variable("switchd_kind") == RELAY:
            self._listener.relay_ended(
                event.variable("switchd_seat"), event.variable("switchd_offer")
            )
        else:
            by = EndedBy.CALLER if other_side else EndedBy.SYSTEM
            self._listener.deliver(leg, on.CallerGone(cause, by))

    def _registered(self, event: esl.Registered) -> None:
        self._listener.phone(event.user, True)

    def _lost(self, event: esl.EventsLost) -> None:
        self._listener.events_lost()

    def _heartbeat(self, event: esl.Heartbeat) -> None:
        self._listener.heartbeat(event.sessions)

    def _unregistered(self, event: esl.Unregistered | esl.RegistrationExpired) -> None:
        self._listener.phone(event.user, False)


def not_recorded(variable: Variable) -> on.NotRecorded | None:
    """What a leg that has ended says of its recording, if that came to nothing, or to an early
    end."""
    if variable("record_completion_cause") != NOT_WRITTEN:
        return None
    return on.NotRecorded(NOT_WRITTEN, _number(variable("record_file_size")) > WAV_HEADER_BYTES)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def found(listener: Finder, leg: str, headers: Mapping[str, Any]) -> None:
    """Tell the listener of a parked leg that nobody works on yet, new or left by an earlier owner.

    `headers` are those of an event about the leg.
    """
    found_as(listener, leg, reader(headers))


def found_as(listener: Finder, leg: str, variable: Variable) -> None:
    """The same of a leg whose channel variables are at hand."""
    match variable("switchd_kind"):
        case "caller":
            _found_caller(listener, leg, arrival_of(variable), variable)
        case "callback" if variable("switchd_state"):
            _found_caller(listener, leg, arrival_of(variable), variable)
        case "callback":
            listener.stray(leg)
        case "seat" | "forward":
            listener.stray(leg, variable("switchd_seat"))
        case "code":
            listener.code_dialled(leg, variable("switchd_seat"), variable("switchd_code"))
        case "outgoing":
            listener.number_dialled(leg, variable("switchd_seat"), variable("switchd_number"))


def _found_caller(listener: Finder, leg: str, arrival: Arrival, variable: Variable) -> None:
    state = variable("switchd_state")
    queued_at, answered_at = variable("switchd_queued_at"), variable("switchd_answered_at")
    event: on.Found
    if state == DEGRADED:
        return  # FreeSWITCH has the caller to itself and is asked for all of them at once
    if state in ("talking", "survey") and queued_at and answered_at:
        event = on.Served(
            arrival,
            float(queued_at),
            float(answered_at),
            variable("switchd_seat"),
            variable("switchd_agent"),
            variable("switchd_recording"),
            variable("switchd_callback") if variable("switchd_kind") == CALLED_BACK else "",
            kind_of(variable),
            variable("switchd_called_seat"),
            variable("switchd_called_agent"),
        )
    elif state in ("callback", "voicemail") and queued_at:
        event = on.TakenCareOf(
            arrival,
            float(queued_at),
            variable("switchd_callback"),
            variable("switchd_recording"),
            float(variable("switchd_message_at") or 0.0),
        )
    elif state == "forwarded" and answered_at:
        event = on.PassedOn(arrival, float(answered_at))
    elif state == "waiting" and queued_at:
        chosen = (variable("switchd_group"), variable("switchd_language"))
        priority = variable("switchd_priority")
        points = int(priority) if priority else None
        event = on.Resumed(
            arrival,
            float(queued_at),
            *chosen,
            points,
            kind_of(variable),
            music=_music(variable),
            written={name: variable(name) for name in FACTS},
        )
    elif state in CONTROLLED and queued_at:
        # The seat's leg is stopped as a stray one: the caller gets another, before all others.
        chosen = (variable("switchd_group"), variable("switchd_language"))
        event = on.Resumed(arrival, float(queued_at), *chosen, HIGHEST_PRIORITY, kind_of(variable))
    else:
        listener.arrived(leg, arrival)
        return
    listener.found(leg, event)


def _music(variable: Variable) -> str:
    """The music that a leg plays; "" if it plays none.

    Once a playback has ended it has a response (mod_dptools.c, playback_function), until the next
    application begins (switch_core_session.c, switch_core_session_exec).
    """
    kind, _, name = variable("current_application_data").partition(MUSIC)
    return "" if kind or variable("current_application_response") else name


def kind_of(variable: Variable) -> CallKind:
    """Who called whom, as the leg says; one of an earlier version was called back."""
    if variable("switchd_kind") != CALLED_BACK:
        return CallKind.INCOMING
    written = variable("switchd_call_kind")
    return CallKind(written) if written in set(CallKind) else CallKind.CALLBACK


def line_of(headers: Mapping[str, Any]) -> tuple[str, str]:
    """Give the seat of a line that is kept open, and the offer for which it was used last, from
    its `uuid_dump`."""
    variable = reader(headers)
    return variable("switchd_seat"), variable(OFFER)


def arrival_of(variable: Variable) -> Arrival:
    return Arrival(
        caller=variable("switchd_caller")
        or variable("sip_from_user")
        or variable("caller_id_number"),
        called=variable("switchd_called"),
        trunk=variable("switchd_trunk"),
        privacy=_private(variable),
        diversion=variable("sip_h_diversion"),
        history_info=variable("sip_history_info"),
        asserted=variable("sip_p-asserted-identity"),
    )


def _private(variable: Variable) -> bool:
    """Whether the caller withholds the number: `Privacy` (RFC 3323, RFC 3325) or an anonymous
    From (RFC 3323, 4.1.1.3)."""
    privacy = variable("sip_Privacy") or variable("sip_h_Privacy")
    wishes = {wish.strip().lower() for wish in privacy.replace(",", ";").split(";")}
    return (
        bool(wishes & {"id", "user"})
        or variable("sip_from_user").lower() == "anonymous"
        or variable("sip_from_host").lower() == "anonymous.invalid"
    )
