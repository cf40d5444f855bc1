"""Who hears whom: legs that are bridged, parted, in a conference, muted, listened to.

A leg that is transferred leaves its bridge or conference; the other one of a bridge parks if it
has `park_after_bridge`, and ends otherwise (switch_ivr_bridge.c). Callers have it from the
dialplan, legs that we dial from the moment when they are kept. Each leg that parks says so by
CHANNEL_PARK.
"""

from __future__ import annotations

import re

from routing.monitoring import Mode
from switchd.calls.ports import SwitchError
from switchd.esl.commands import Api
from switchd.esl.errors import CommandFailed
from switchd.switchboard.commands import Commands, translated

CONFERENCE_PROFILE = "switchd"
"""The one that dialplan/autoload_configs/conference.conf.xml has."""
_ROOM = re.compile(r"[A-Za-z0-9-]{1,64}")
LISTENER_KEYS = {Mode.LISTEN: "0", Mode.WHISPER: "2", Mode.BARGE: "3"}
"""What `eavesdrop` takes for orders (switch_ivr_async.c, switch_ivr_eavesdrop_session): 2 is heard
on the leg that is listened to, 3 by the other side as well."""


class Together(Commands):
    """Brings legs together and apart."""

    def bridge(self, leg: str, other: str) -> None:
        """Let two legs hear each other; CHANNEL_BRIDGE tells when they do.

        Whoever either of them talked with ends unless it is kept. What a leg was told to play and
        has not begun is forgotten: it would begin in the talk, which would never come about
        (switch_ivr_bridge.c, switch_ivr_multi_threaded_bridge).
        """
        legs = [self.real(leg), self.real(other)]
        forget = [Api("uuid_break", f"{one} all") for one in legs]
        bridge = Api("uuid_bridge", " ".join(legs))
        with translated():
            *_, reply = self._link().send_each([*forget, bridge])
            if not reply.ok:
                raise CommandFailed(bridge.name, reply.text)

    def keep(self, leg: str) -> None:
        """From now on the leg stays, parked, when the one that it talks with leaves or ends."""
        self.tag(leg, {"park_after_bridge": "true"})

    def part(self, leg: str, other: str) -> None:
        """End the talk of two legs; both are parked, and told as such."""
        self.keep(leg)
        self.keep(other)
        self.park(leg)

    def park(self, leg: str) -> None:
        """Take a leg out of whatever it is in, and park it."""
        self._api("uuid_transfer", f"{leg} park: inline")

    def confer(self, leg: str, room: str) -> None:
        """Move a leg into a conference, from wherever it is; `Joined` tells when it is there.

        Whoever it talked with ends unless it is kept.
        """
        if not _ROOM.fullmatch(room):
            raise SwitchError(f"{room[:80]!r} is no name for a conference")
        self.keep(leg)
        self._api("uuid_transfer", f"{leg} conference:{room}@{CONFERENCE_PROFILE} inline")

    def mute(self, leg: str, on: bool) -> None:
        """Let the others not hear this leg, or hear it again, whatever it is in."""
        if on:
            self._api("uuid_audio", f"{leg} start read mute 1")
        else:
            self._api("uuid_audio", f"{leg} stop")

    def listen(self, leg: str, target: str, execution: str, mode: Mode = Mode.LISTEN) -> None:
        """Let a parked leg hear all that is said and heard on another, until that one ends."""
        facts = {
            "eavesdrop_enable_dtmf": "true",
            "eavesdrop_whisper_bleg": str(mode is not Mode.LISTEN).lower(),
            "eavesdrop_whisper_aleg": str(mode is Mode.BARGE).lower(),
        }
        self.tag(leg, facts)
        self._execute(leg, "eavesdrop", target, execution)

    def whisper(self, leg: str, mode: Mode) -> None:
        """Say who hears the leg that listens."""
        self._api("uuid_recv_dtmf", f"{leg} {LISTENER_KEYS[mode]}")
