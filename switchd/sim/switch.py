"""The switch itself: its legs, its listeners, and what happens to a leg.

Orders of events follow recorded traffic; see tests/contract for what is promised.
"""

from __future__ import annotations

import os
import random
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from switchd.sim import apps, bridging
from switchd.sim.channel import Channel, pairs
from switchd.sim.clock import StillClock
from switchd.sim.faults import Faults
from switchd.sim.party import Party
from switchd.sim.recording import write_recording
from switchd.sim.render import VERSION, Renderer
from switchd.sim.sounds import Sounds

FRAME = 0.02
"""Seconds until a leg notices a command: one frame of audio."""
HEARTBEAT_EVERY = 20.0

Action = tuple[str, str]
"""A dialplan action: application and argument."""


class Listener(Protocol):
    """Somebody on the event socket."""

    def wants(self, name: str) -> bool:
        """Whether it subscribed to an event name or, for CUSTOM, a subclass."""

    def push(self, body: bytes) -> None:
        """Take an event; never blocks."""


class Directory(Protocol):
    """The phones that can be rung."""

    def find(self, number: str) -> Party | None:
        """The phone with this number, or None."""

    def is_registered(self, number: str) -> bool:
        """Whether the switch knows where it is."""

    def rows(self) -> list[dict[str, str]]:
        """Registrations, as `show registrations as json` lists them."""


class Switch:
    """What FreeSWITCH is to its controller, without the socket."""

    def __init__(
        self,
        clock: StillClock,
        *,
        seed: int,
        domain: str,
        directory: Directory,
        sounds: Sounds,
        applications: Mapping[str, type[apps.App]],
        recording_seconds: float = 30.0,
    ) -> None:
        self.clock = clock
        self.rng = random.Random(f"{seed}:switch")
        self.whims = random.Random(f"{seed}:order")
        """Decides where FreeSWITCH's own threads race."""
        self.domain = domain
        self.directory = directory
        self.sounds = sounds
        self.applications = applications
        self.recording_seconds = recording_seconds
        """Longest recording written, in seconds; 0 writes none."""
        self.faults = Faults()
        self.globals: dict[str, str] = {"hostname": "standin", "domain": domain}
        self.store: dict[str, str] = {}
        self.listeners: list[Listener] = []
        self.channels: dict[str, Channel] = {}
        self.conferences: dict[str, list[Channel]] = {}
        self.outside: dict[str, Party] = {}
        """Telephone number → whoever answers it behind a trunk."""
        self.relay: Callable[[str, str], Party | None] = lambda address, number: None
        """Whoever is reached at another switch's address by a number."""
        self.plans: dict[str, Callable[[Channel], Sequence[Action]]] = {}
        """Extension → what is done for a leg that is transferred to it."""
        self.scripts: dict[str, Callable[[Sequence[str]], str]] = {}
        """Name of a script → what it answers to its arguments."""
        self.when_ended: Callable[[Channel], None] = lambda leg: None
        """The script of `api_hangup_hook`, for legs that have one."""
        self.limits: dict[str, set[str]] = {}
        """What is counted → the legs that are."""
        self.sessions = 0
        self.started = clock.now()
        self._wanted: dict[str, tuple[Listener, ...]] = {}
        self._renderer = Renderer(self.new_uuid())
        self.globals["core_uuid"] = self.core

    @property
    def core(self) -> str:
        """Core-UUID of this run."""
        return self._renderer.core

    def new_uuid(self) -> str:
        """A fresh UUID, repeatable by the seed."""
        return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))

    def micros(self) -> int:
        """Now, in µs since the epoch."""
        return int(self.clock.now() * 1_000_000)

    # -- events -------------------------------------------------------------------------------

    def emit(
        self, name: str, leg: Channel | None = None, rest: bytes = b"", *, first: bytes = b""
    ) -> None:
        """Tell everybody who subscribed; `first` and `rest` are headers around the leg's own."""
        self._renderer.sequence += 1
        listeners = self._listeners(name)
        if listeners:
            block = rest if leg is None else leg.headers() + rest
            body = self._renderer.event(name, self.clock.now(), first, block)
            for listener in listeners:
                listener.push(body)

    def render(self, name: str, leg: Channel) -> bytes:
        """An event about a leg that is not sent to anybody."""
        return self._renderer.event(name, self.clock.now(), b"", leg.headers())

    def emit_custom(
        self,
        subclass: str,
        values: Mapping[str, str],
        leg: Channel | None = None,
        *,
        variables: bool = True,
    ) -> None:
        """A CUSTOM event of the given subclass, with a leg's headers and its `variables`."""
        self._renderer.sequence += 1
        listeners = self._listeners(subclass)
        if listeners:
            block = b',"Event-Subclass":"%b"' % subclass.encode()
            rest = (b"" if leg is None else leg.headers(variables)) + pairs(values)
            body = self._renderer.event("CUSTOM", self.clock.now(), block, rest)
            for listener in listeners:
                listener.push(body)

    def subscriptions_changed(self) -> None:
        """To be called by a listener that wants something else than before."""
        self._wanted.clear()

    def _listeners(self, name: str) -> tuple[Listener, ...]:
        wanted = self._wanted.get(name)
        if wanted is None:
            wanted = tuple(listener for listener in self.listeners if listener.wants(name))
            self._wanted[name] = wanted
        return wanted

    def heartbeat(self) -> None:
        """Say that all is well, now and every 20 s."""
        self.emit(
            "HEARTBEAT",
            rest=pairs(
                {
                    "Event-Info": "System Ready",
                    "FreeSWITCH-Version": VERSION,
                    "Uptime-msec": str(int((self.clock.now() - self.started) * 1000)),
                    "Session-Count": str(len(self.channels)),
                    "Max-Sessions": "20000",
                    "Session-Per-Sec": "2000",
                    "Session-Since-Startup": str(self.sessions),
                    "Idle-CPU": "97.666667",
                }
            ),
        )
        self.clock.later(HEARTBEAT_EVERY, self.heartbeat)

    # -- a leg's life -------------------------------------------------------------------------

    def arrive(
        self,
        party: Party,
        number: str,
        dialled: str,
        plan: Sequence[Action],
        *,
        name: str = "",
        profile: str = "trunk",
        variables: Mapping[str, str] | None = None,
    ) -> Channel:
        """A call comes in, with `variables` from its SIP headers, and the dialplan begins."""
        leg = Channel(
            self.new_uuid(),
            "inbound",
            f"sofia/{profile}/{number}@127.0.0.1:7020",
            number,
            name or number,
            dialled,
            "switchd",
            self.micros(),
            party,
            self.sessions,
        )
        for variable, value in (variables or {}).items():
            leg.set(variable, value)
        self.register(leg)
        self.emit("CHANNEL_CREATE", leg)
        leg.state, leg.call_state = "CS_EXECUTE", "RINGING"
        leg.plan.extend(plan)
        apps.go_on(self, leg)
        return leg

    def register(self, leg: Channel) -> None:
        """Count a new leg in."""
        self.sessions += 1
        self.channels[leg.uuid] = leg

    def execute(self, leg: Channel, name: str, arg: str, execution: str, locked: bool) -> None:
        """Run an application when the leg notices, one frame from now."""
        self.clock.later(FRAME, apps.execute, self, leg, name, arg, execution, locked)

    def pre_answer(self, leg: Channel) -> None:
        """Open early media, if there is none yet."""
        if leg.answer_state == "ringing" and leg.direction == "inbound":
            leg.answer_state = "early"
            leg.call_state = "EARLY"
            self.emit("CHANNEL_PROGRESS_MEDIA", leg)

    def answer(self, leg: Channel) -> None:
        """The leg is answered, by either side."""
        if leg.answered or not leg.up:
            return
        leg.note_time("answered", self.micros())
        leg.answer_state = "answered"
        leg.set("endpoint_disposition", "ANSWER")
        self.emit("CHANNEL_ANSWER", leg)
        leg.call_state = "ACTIVE"
        if leg.direction == "inbound":
            leg.party.answered(leg)

    def press(self, leg: Channel, digit: str, source: str = "RTP") -> None:
        """A key is pressed on the leg."""
        if not leg.up or not leg.answered:
            return
        leg.digits += digit
        self.emit(
            "DTMF",
            leg,
            pairs({"DTMF-Digit": digit, "DTMF-Duration": "2000", "DTMF-Source": source}),
        )
        if leg.apps:
            leg.apps[-1].digit(digit)
        elif leg.other is not None and not leg.is_true("bridge_filter_dtmf"):
            leg.other.keys_sent += 1

    def hang_up(
        self,
        leg: Channel,
        cause: str = "NORMAL_CLEARING",
        by_far_end: bool = False,
        *,
        reported_later: bool = False,
    ) -> None:
        """End a leg; the far end did it (BYE, CANCEL, a refusal) or the switch.

        Its CHANNEL_HANGUP_COMPLETE may be `reported_later` than what else happens now.
        """
        if not leg.up:
            return
        leg.disposition = _disposition(leg, by_far_end)
        if leg.disposition == "recv_refuse":
            leg.set("sip_hangup_disposition", leg.disposition)
        leg.cause = cause
        leg.note_time("hung_up", self.micros())
        leg.answer_state = "hangup"
        self.emit("CHANNEL_HANGUP", leg)
        if by_far_end:
            leg.set("sip_hangup_disposition", leg.disposition)
        bridging.part(self, leg)
        apps.stop_all(self, leg, "PLAYBACK ERROR" if by_far_end else "FILE PLAYED")
        leg.state = "CS_HANGUP"
        if "api_hangup_hook" in leg.variables:
            self.when_ended(leg)
        self.count_out(leg)
        if reported_later:
            self.clock.later(FRAME, self._report, leg)
        else:
            self._report(leg)

    def count_out(self, leg: Channel) -> None:
        """What counts a leg counts it until it ends or is transferred."""
        for counted in self.limits.values():
            counted.discard(leg.uuid)

    def _report(self, leg: Channel) -> None:
        for path in list(leg.recordings):
            self.stop_recording(leg, path)
        leg.state, leg.call_state = "CS_REPORTING", "HANGUP"
        report = leg.report()
        self.emit("CHANNEL_HANGUP_COMPLETE", leg, report)
        if leg.when_down is not None:
            leg.when_down()
        for tell in leg.listeners:
            tell()
        self.emit("CHANNEL_DESTROY", leg, report)
        self.channels.pop(leg.uuid, None)
        leg.party.over(leg)

    # -- recordings ---------------------------------------------------------------------------

    def record(self, leg: Channel, path: str) -> bool:
        """Begin to record; False if the file cannot be written."""
        if self.recording_seconds:
            try:
                write_recording(Path(path), 0.0, 0.0)
            except OSError:
                leg.set("record_completion_cause", "uri-failure")
                return False
        leg.recordings[path] = self.clock.now()
        self.clock.later(FRAME, self._recording_begins, leg, path)
        return True

    def _recording_begins(self, leg: Channel, path: str) -> None:
        if leg.up and path in leg.recordings:
            self.emit("RECORD_START", leg, pairs({"Record-File-Path": path}))
            self.emit("MEDIA_BUG_START", leg, pairs({"Media-Bug-Function": "session_record"}))

    def stop_recording(self, leg: Channel, path: str) -> bool:
        """End a recording; False if there is none."""
        begun = leg.recordings.pop(path, None)
        if begun is None:
            return False
        seconds = self.clock.now() - begun
        completion = "success-silence"
        if self.recording_seconds:
            try:
                write_recording(Path(path), seconds, self.recording_seconds)
            except OSError:
                completion = "uri-failure"
        leg.set("record_seconds", str(int(seconds)))
        leg.set("record_ms", str(int(seconds * 1000)))
        leg.set("record_samples", str(int(seconds * 8000)))
        leg.set("record_completion_cause", completion)
        leg.set("record_file_size", str(_size(path)))
        stopped = {"Record-File-Path": path, "Record-Completion-Cause": completion}
        self.emit("RECORD_STOP", leg, pairs(stopped))
        self.emit("MEDIA_BUG_STOP", leg, pairs({"Media-Bug-Function": "session_record"}))
        return True

    # -- drills -------------------------------------------------------------------------------

    def forget_everything(self) -> None:
        """Be another FreeSWITCH: no legs, a new Core-UUID, sequences from the start."""
        for leg in list(self.channels.values()):
            leg.note_time("hung_up", self.micros())
            leg.cause = "CRASH"
            for app in leg.apps:
                app.pause()
            leg.party.over(leg)
        self.channels.clear()
        self.conferences.clear()
        self.limits.clear()
        self.globals = {"hostname": "standin", "domain": self.domain}
        self.started = self.clock.now()
        self._renderer = Renderer(self.new_uuid())
        self.globals["core_uuid"] = self.core


def _disposition(leg: Channel, by_far_end: bool) -> str:
    if leg.answered:
        return "recv_bye" if by_far_end else "send_bye"
    if leg.direction == "inbound":
        return "recv_cancel" if by_far_end else "send_refuse"
    return "recv_refuse" if by_far_end else "send_cancel"


def _size(path: str) -> int:
    """Bytes of a recording; 0 if there is none."""
    return os.stat(path).st_size if os.path.exists(path) else 0
