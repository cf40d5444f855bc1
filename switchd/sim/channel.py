"""What is known about one leg, and its headers in every event.

Headers are kept as ready bytes in three blocks (caller profile, other leg, variables) that are
rendered again only when something in them has changed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import orjson

from switchd.sim.bulk import STATISTICS, leg_variables

if TYPE_CHECKING:
    from switchd.sim.apps import App
    from switchd.sim.party import Party

STATE_NUMBERS = {
    "CS_NEW": 0,
    "CS_INIT": 1,
    "CS_ROUTING": 2,
    "CS_SOFT_EXECUTE": 3,
    "CS_EXECUTE": 4,
    "CS_EXCHANGE_MEDIA": 5,
    "CS_PARK": 6,
    "CS_CONSUME_MEDIA": 7,
    "CS_HIBERNATE": 8,
    "CS_RESET": 9,
    "CS_HANGUP": 10,
    "CS_REPORTING": 11,
    "CS_DESTROY": 12,
    "CS_NONE": 13,
}
Q850 = {
    "UNALLOCATED_NUMBER": 1,
    "NORMAL_CLEARING": 16,
    "USER_BUSY": 17,
    "NO_USER_RESPONSE": 18,
    "NO_ANSWER": 19,
    "CALL_REJECTED": 21,
    "NUMBER_CHANGED": 22,
    "DESTINATION_OUT_OF_ORDER": 27,
    "NORMAL_CIRCUIT_CONGESTION": 34,
    "NORMAL_TEMPORARY_FAILURE": 41,
}


PACKETS_OF_A_KEY = 7
"""RTP packets by which a key of a tenth of a second is sent."""


def pairs(values: Mapping[str, str]) -> bytes:
    """Render `,"name":"value"` for each value."""
    return b"".join(
        b"," + orjson.dumps(name) + b":" + orjson.dumps(value) for name, value in values.items()
    )


class Channel:
    """One leg of a call as FreeSWITCH sees it. Times are µs since the epoch, 0 for never."""

    def __init__(
        self,
        uuid: str,
        direction: str,
        name: str,
        caller_number: str,
        caller_name: str,
        destination: str,
        context: str,
        created: int,
        party: Party,
        serial: int,
    ) -> None:
        self.uuid = uuid
        self.direction = direction
        self.name = name
        self.caller_number = caller_number
        self.caller_name = caller_name
        self.destination = destination
        self.context = context
        self.party = party
        self.serial = serial
        self.state = "CS_INIT"
        self.call_state = "DOWN"
        self.answer_state = "ringing"
        self.created = created
        self.profile_created = created
        self.profile_index = 1
        self.answered = 0
        self.progress = 0
        self.bridged = 0
        self.hung_up = 0
        self.cause = ""
        self.disposition = ""
        self.other: Channel | None = None
        """The leg it talks with now."""
        self.is_originator = False
        """Whether it is the A-leg of its bridge."""
        self.apps: list[App] = []
        """What it executes, innermost last."""
        self.plan: deque[tuple[str, str]] = deque()
        """Dialplan actions still to come: application and argument."""
        self.pending: deque[tuple[str, str, str, bool]] = deque()
        """Executes that wait for a locked application: name, argument, uuid, event-lock."""
        self.response: str | None = None
        self.last_app = ("", "")
        self.last_execute = ("", "")
        """Application and argument that `show channels` names; uuid_bridge counts as one."""
        self.recordings: dict[str, float] = {}
        """Path → when it began, seconds since the epoch."""
        self.doomed = False
        """Whether it is being hung up: it cannot be bridged, nor park when its partner goes."""
        self.keys_sent = 0
        """How many keys of the other side were passed on to it."""
        self.listeners: list[Callable[[], None]] = []
        """Who listens to it, and is told of its end."""
        self.heard_by = ""
        """The key that says who hears it while it listens to another leg; "" if it does not."""
        self.muted = False
        """Whether the others do not hear it."""
        self.digits = ""
        """Every key pressed so far."""
        self.when_down: Callable[[], None] | None = None
        """Whom the end of the leg concerns before it is destroyed: the originate that waits."""
        self.when_answered: Callable[[], None] | None = None
        """The same for its answer."""
        self.variables: dict[str, str] = {}
        self._rendered: dict[str, bytes] = {}
        self._variables: bytes | None = None
        self._profile: bytes | None = None
        self._other = b""
        self._fixed = self._render_fixed()
        self._bulk = leg_variables(direction, caller_number, destination, name.split("/")[1])

    @property
    def up(self) -> bool:
        """Whether it has not been hung up."""
        return not self.hung_up

    def is_true(self, name: str) -> bool:
        """Whether a variable is set to what FreeSWITCH takes as true."""
        return self.variables.get(name, "").lower() in ("true", "yes", "on", "enable", "t", "1")

    def set(self, name: str, value: str | None) -> None:
        """Set a variable; None or "" removes it."""
        self._variables = None
        if not value:
            self.variables.pop(name, None)
            self._rendered.pop(name, None)
            return
        self.variables[name] = value
        self._rendered[name] = b"," + orjson.dumps(f"variable_{name}") + b":" + orjson.dumps(value)

    def respond(self, response: str | None) -> None:
        """The application that runs has said how it ended; None when one begins."""
        self.response = response
        self.set("current_application_response", response)

    def note_time(self, which: str, at: int) -> None:
        """Set one of the times above."""
        setattr(self, which, at)
        self._profile = None

    def step_profile(self, at: int) -> None:
        """Begin a new caller profile, as each bridge and transfer does."""
        self.profile_index += 1
        self.profile_created = at
        self._profile = None

    def face(self, other: Channel | None, role: str = "") -> None:
        """Show `other` as the other leg; None shows none."""
        self._other = b"" if other is None else other.as_other_leg(role)

    def headers(self, variables: bool = True) -> bytes:
        """All headers about this leg, as `,"name":"value"` pairs; those of a conference's events
        are without `variables`."""
        if self._variables is None:
            self._variables = b"".join(self._rendered.values())
        if self._profile is None:
            self._profile = self._render_profile("Caller-", with_index=True)
        return (
            b',"Channel-State":"%b","Channel-Call-State":"%b","Channel-State-Number":"%d"%b'
            b',"Answer-State":"%b"%b%b%b%b%b'
        ) % (
            self.state.encode(),
            self.call_state.encode(),
            STATE_NUMBERS[self.state],
            self._fixed,
            self.answer_state.encode(),
            b',"Hangup-Cause":"%b"' % self.cause.encode() if self.cause else b"",
            self._profile,
            self._other,
            self._bulk if variables else b"",
            self._variables if variables else b"",
        )

    def as_other_leg(self, role: str) -> bytes:
        """This leg as the other leg of a bridge sees it."""
        return b',"Other-Type":"%b"' % role.encode() + self._render_profile("Other-Leg-")

    def _render_fixed(self) -> bytes:
        codec = {
            f"Channel-{way}-Codec-{key}": value
            for way in ("Read", "Write")
            for key, value in (("Name", "PCMA"), ("Rate", "8000"), ("Bit-Rate", "64000"))
        }
        return pairs(
            {
                "Channel-Name": self.name,
                "Unique-ID": self.uuid,
                "Call-Direction": self.direction,
                "Presence-Call-Direction": self.direction,
                "Channel-HIT-Dialplan": "true" if self.direction == "inbound" else "false",
                "Channel-Call-UUID": self.uuid,
                **codec,
                "variable_uuid": self.uuid,
                "variable_direction": self.direction,
                "variable_call_uuid": self.uuid,
                "variable_channel_name": self.name,
                "variable_session_id": str(self.serial),
                "variable_sip_call_id": f"{self.uuid}@127.0.0.1",
            }
        )

    def _render_profile(self, prefix: str, with_index: bool = False) -> bytes:
        inbound = self.direction == "inbound"
        values = {
            "Direction": self.direction,
            "Logical-Direction": self.direction,
            **({"Username": self.caller_number, "Dialplan": "XML"} if inbound else {}),
            "Caller-ID-Name": self.caller_name,
            "Caller-ID-Number": self.caller_number,
            "Orig-Caller-ID-Name": self.caller_name,
            "Orig-Caller-ID-Number": self.caller_number,
            "Network-Addr": "127.0.0.1",
            "ANI": self.caller_number,
            "Destination-Number": self.destination,
            "Unique-ID": self.uuid,
            "Source": "mod_sofia" if inbound else "src/switch_ivr_originate.c",
            "Context": self.context,
            "Channel-Name": self.name,
            **({"Profile-Index": str(self.profile_index)} if with_index else {}),
            "Profile-Created-Time": str(self.profile_created),
            "Channel-Created-Time": str(self.created),
            "Channel-Answered-Time": str(self.answered),
            "Channel-Progress-Time": str(self.progress),
            "Channel-Progress-Media-Time": "0",
            "Channel-Hangup-Time": str(self.hung_up),
            "Channel-Transfer-Time": "0",
            "Channel-Resurrect-Time": "0",
            "Channel-Bridged-Time": str(self.bridged),
            "Channel-Last-Hold": "0",
            "Channel-Hold-Accum": "0",
            "Screen-Bit": "true",
            "Privacy-Hide-Name": "false",
            "Privacy-Hide-Number": "false",
        }
        return pairs({prefix + name: value for name, value in values.items()})

    def report(self) -> bytes:
        """What is known only at the end: causes, times and counters."""
        times = {
            "start": self.created,
            "profile_start": self.profile_created,
            "answer": self.answered,
            "bridge": self.bridged,
            "progress": self.progress,
            "progress_media": 0,
            "end": self.hung_up,
        }
        values = {
            "hangup_cause": self.cause,
            "hangup_cause_q850": str(Q850.get(self.cause, 0)),
            "digits_dialed": self.digits or "none",
            "rtp_audio_out_dtmf_packet_count": str(self.keys_sent * PACKETS_OF_A_KEY),
        }
        for name, at in times.items():
            values[f"{name}_epoch"] = str(at // 1_000_000)
            values[f"{name}_uepoch"] = str(at)
        spans = {
            ("duration", "mduration", "uduration"): self.hung_up - self.created,
            ("billsec", "billmsec", "billusec"): self.hung_up - self.answered
            if self.answered
            else 0,
            ("answersec", "answermsec", "answerusec"): max(self.answered - self.created, 0),
            ("waitsec", "waitmsec", "waitusec"): max(self.bridged - self.created, 0),
        }
        for (seconds, milliseconds, microseconds), span in spans.items():
            values[seconds] = str(span // 1_000_000)
            values[milliseconds] = str(span // 1000)
            values[microseconds] = str(span)
        values["last_app"], values["last_arg"] = self.last_app
        if "sip_hangup_disposition" not in self.variables:
            values["sip_hangup_disposition"] = self.disposition
        return pairs({f"variable_{name}": value for name, value in values.items()}) + STATISTICS
