"""What FreeSWITCH tells us, as typed events over the text that it sent.

An event comes with hundreds of headers, of which a handful is looked at. So an event keeps its
bytes, and looks a header up in them (see `rawjson`); everything is parsed only when a header is
missing, has several elements or an escaped character, or when all headers are asked for. Nothing
in a value is interpreted: a caller's display name cannot become a header, an array or another
event.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from .errors import BadEvent
from .rawjson import find_text, parse_object


class Event:
    """One event, made from the body that FreeSWITCH sent or from a mapping of headers.

    `name` is FreeSWITCH's Event-Name; it is looked for in `source` if it is not given.
    """

    __slots__ = ("_body", "_headers", "name")

    def __init__(self, source: bytes | Mapping[str, Any], name: str | None = None) -> None:
        self._body = source if isinstance(source, bytes) else b""
        self._headers = None if isinstance(source, bytes) else source
        self.name = self.get("Event-Name") if name is None else name

    @property
    def headers(self) -> Mapping[str, Any]:
        """All headers: text, or a list of text for several elements. Do not change it.

        Raises `BadEvent` if the body is no JSON object.
        """
        if self._headers is None:
            self._headers = parse_object(self._body)
        return self._headers

    @property
    def sequence(self) -> int:
        """Event-Sequence, which grows by one with each event of a FreeSWITCH; 0 if missing."""
        return _whole_number(self.get("Event-Sequence"))

    @property
    def core(self) -> str:
        """Core-UUID: another value than before means that FreeSWITCH was restarted."""
        return self.get("Core-UUID")

    @property
    def at(self) -> float:
        """When it happened, in seconds since the epoch by FreeSWITCH's clock; 0.0 if missing."""
        return _whole_number(self.get("Event-Date-Timestamp")) / 1_000_000

    def get(self, name: str, default: str = "") -> str:
        """The header's text. Several elements read as FreeSWITCH prints them: `ARRAY::a|:b`.

        If FreeSWITCH repeats a header, the first one counts.
        """
        if self._headers is None:
            text = find_text(self._body, name)
            if text is not None:
                return text
        value = self.headers.get(name)
        if value is None:
            return default
        if isinstance(value, list):
            return "ARRAY::" + "|:".join(map(str, value))
        return str(value)

    def elements(self, name: str) -> tuple[str, ...]:
        """The header's elements: several, one, or none if it is missing."""
        value = self.headers.get(name)
        if value is None:
            return ()
        return tuple(map(str, value)) if isinstance(value, list) else (str(value),)

    def variable(self, name: str, default: str = "") -> str:
        """The channel variable `name` at the time of the event."""
        return self.get(f"variable_{name}", default)

    def __repr__(self) -> str:
        try:
            subject = self.get("Unique-ID") or self.get("Job-UUID")
            return f"<{type(self).__name__} {self.name} {subject} #{self.sequence}>"
        except BadEvent:
            return f"<{type(self).__name__} unreadable>"


class UnknownEvent(Event):
    """An event that has no class here, or lacks the header that its class is about."""

    __slots__ = ()


class ChannelEvent(Event):
    """Something happened on one leg."""

    __slots__ = ()

    @property
    def uuid(self) -> str:
        """The leg's Unique-ID."""
        return self.get("Unique-ID")


class ChannelPark(ChannelEvent):
    """The leg waits for commands."""

    __slots__ = ()


class ChannelProgress(ChannelEvent):
    """The far end rings (SIP 180)."""

    __slots__ = ()


class ChannelProgressMedia(ChannelEvent):
    """The far end sends sound before it answers (SIP 183)."""

    __slots__ = ()


class ChannelAnswer(ChannelEvent):
    """The leg was answered."""

    __slots__ = ()


class _TwoLegs(ChannelEvent):
    __slots__ = ()

    @property
    def other(self) -> str:
        """The Unique-ID of the leg at the other side of the bridge; "" if FreeSWITCH omits it."""
        a, b = self.get("Bridge-A-Unique-ID"), self.get("Bridge-B-Unique-ID")
        return (b if self.uuid == a else a) or self.get("Other-Leg-Unique-ID")


class ChannelBridge(_TwoLegs):
    """Two legs hear each other."""

    __slots__ = ()


class ChannelUnbridge(_TwoLegs):
    """Two legs do not hear each other any more."""

    __slots__ = ()


class ChannelExecuteComplete(ChannelEvent):
    """An application ended on the leg."""

    __slots__ = ()

    @property
    def application(self) -> str:
        """The application's name."""
        return self.get("Application")

    @property
    def execution(self) -> str:
        """The id that was given to the execution, or FreeSWITCH's own (Application-UUID)."""
        return self.get("Application-UUID")

    @property
    def response(self) -> str:
        """What the application answered; "" for FreeSWITCH's `_none_`."""
        response = self.get("Application-Response")
        return "" if response == "_none_" else response


class ChannelHangupComplete(ChannelEvent):
    """The leg has ended."""

    __slots__ = ()

    @property
    def cause(self) -> str:
        """FreeSWITCH's name of the cause, such as NORMAL_CLEARING."""
        return self.get("Hangup-Cause")


class ChannelDestroy(ChannelEvent):
    """The leg is gone: no event about it follows."""

    __slots__ = ()


class Dtmf(ChannelEvent):
    """A key was pressed on the leg."""

    __slots__ = ()

    @property
    def digit(self) -> str:
        """The key: 0 to 9, *, # or A to D."""
        return self.get("DTMF-Digit")


class RecordStop(ChannelEvent):
    """A recording of the leg ended."""

    __slots__ = ()

    @property
    def path(self) -> str:
        """Where FreeSWITCH wrote the recording."""
        return self.get("Record-File-Path")


class BackgroundJob(Event):
    """A command that was sent to the background has ended."""

    __slots__ = ()

    @property
    def job(self) -> str:
        """The id that was given to the job, or FreeSWITCH's own."""
        return self.get("Job-UUID")

    @property
    def command(self) -> str:
        """The API command."""
        return self.get("Job-Command")

    @property
    def arguments(self) -> str:
        """What it was given, "" for nothing."""
        return self.get("Job-Command-Arg", "")

    @property
    def body(self) -> str:
        """The command's answer, without the line end after it: `+OK …`, `-ERR …` or other text."""
        return self.get("_body").rstrip("\n")


class _Registration(Event):
    __slots__ = ()
    _user: ClassVar[str] = "from-user"
    _domain: ClassVar[str] = "from-host"

    @property
    def user(self) -> str:
        """The extension that is registered, such as 1001."""
        return self.get(self._user)

    @property
    def domain(self) -> str:
        """The SIP domain of the extension."""
        return self.get(self._domain)

    @property
    def profile(self) -> str:
        """The SIP profile that holds the registration."""
        return self.get("profile-name")

    @property
    def contact(self) -> str:
        """Where the phone can be reached."""
        return self.get("contact")


class Registered(_Registration):
    """A phone registered or renewed its registration (`sofia::register`)."""

    __slots__ = ()


class Unregistered(_Registration):
    """A phone took its registration back (`sofia::unregister`)."""

    __slots__ = ()


class RegistrationExpired(_Registration):
    """A phone did not renew its registration (`sofia::expire`)."""

    __slots__ = ()
    _user = "user"  # mod_sofia's sofia_reg.c names these two differently from the others
    _domain = "host"


class ConferenceChange(Event):
    """Something happened in a conference (`conference::maintenance`)."""

    __slots__ = ()

    @property
    def action(self) -> str:
        """FreeSWITCH's name of what happened, such as add-member."""
        return self.get("Action")

    @property
    def uuid(self) -> str:
        """The Unique-ID of the leg that it happened to, "" if it is about no leg."""
        return self.get("Unique-ID")

    @property
    def room(self) -> str:
        """The conference's name."""
        return self.get("Conference-Name")


class Heartbeat(Event):
    """FreeSWITCH is alive; it says so every 20 seconds."""

    __slots__ = ()

    @property
    def sessions(self) -> int:
        """How many legs there are."""
        return _whole_number(self.get("Session-Count"))


class Shutdown(Event):
    """FreeSWITCH is about to end."""

    __slots__ = ()


class EventsLost(Event):
    """Made by the link, not by FreeSWITCH: at this place, `count` events were thrown away.

    Whoever follows calls by their events must compare its picture with FreeSWITCH's.
    """

    __slots__ = ("count",)

    def __init__(self, count: int) -> None:
        super().__init__({}, "EVENTS_LOST")
        self.count = count


CHANNEL_EVENTS: Mapping[str, type[ChannelEvent]] = {
    "CHANNEL_PARK": ChannelPark,
    "CHANNEL_PROGRESS": ChannelProgress,
    "CHANNEL_PROGRESS_MEDIA": ChannelProgressMedia,
    "CHANNEL_ANSWER": ChannelAnswer,
    "CHANNEL_BRIDGE": ChannelBridge,
    "CHANNEL_UNBRIDGE": ChannelUnbridge,
    "CHANNEL_EXECUTE_COMPLETE": ChannelExecuteComplete,
    "CHANNEL_HANGUP_COMPLETE": ChannelHangupComplete,
    "CHANNEL_DESTROY": ChannelDestroy,
    "DTMF": Dtmf,
    "RECORD_STOP": RecordStop,
}
SYSTEM_EVENTS: Mapping[str, type[Event]] = {
    "BACKGROUND_JOB": BackgroundJob,
    "HEARTBEAT": Heartbeat,
    "SHUTDOWN": Shutdown,
}
CUSTOM_EVENTS: Mapping[str, type[Event]] = {
    "sofia::register": Registered,
    "sofia::unregister": Unregistered,
    "sofia::expire": RegistrationExpired,
    "conference::maintenance": ConferenceChange,
}


def parse_event(body: bytes) -> Event:
    """Return the event in the body of a `text/event-json` frame.

    Raises `BadEvent` if that is no JSON object, as far as it had to be looked at: reading a header
    later can still raise it.
    """
    name = find_text(body, "Event-Name")
    if name is None:
        return _parse_unusual(body)
    channel = CHANNEL_EVENTS.get(name)
    if channel is not None:
        return channel(body, name) if find_text(body, "Unique-ID") else _parse_unusual(body)
    if name == "CUSTOM":
        subclass = find_text(body, "Event-Subclass")
        if subclass is None:
            return _parse_unusual(body)
        return CUSTOM_EVENTS.get(subclass, UnknownEvent)(body, name)
    return SYSTEM_EVENTS.get(name, UnknownEvent)(body, name)


def _parse_unusual(body: bytes) -> Event:
    """Read an event whose kind cannot be seen in its bytes."""
    event = UnknownEvent(parse_object(body))
    kind: type[Event] | None = CHANNEL_EVENTS.get(event.name)
    if kind is not None:
        kind = kind if event.get("Unique-ID") else None
    elif event.name == "CUSTOM":
        kind = CUSTOM_EVENTS.get(event.get("Event-Subclass"))
    else:
        kind = SYSTEM_EVENTS.get(event.name)
    return event if kind is None else kind(event.headers)


def _whole_number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        return 0
