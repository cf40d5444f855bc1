"""What the rendered dialplan and its scripts do while no switchd controls the calls.

Plays `dialplan/contexts/degraded.xml.j2`, `scripts/dead_man.lua.j2` and `ended_alone.lua.j2`.
`tests/scenarios/test_left_alone.py` tells the same story here as `tests/live/test_left_alone.py`
does on a FreeSWITCH.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from switchd.sim import bridging
from switchd.sim.apps import App
from switchd.sim.peers import Bridge

if TYPE_CHECKING:
    from switchd.sim.api import Api
    from switchd.sim.channel import Channel
    from switchd.sim.switch import Action, Switch

ALIVE = "switchd_alive"
TIMERS = "switchd_dead_man_"
AGAIN = f"{TIMERS}again"
MUSIC = "silence_stream://4000"
"""As long as the music between two rounds."""
_GOES_ON = frozenset({"conference", "eavesdrop", "record"})
_RINGS = frozenset({"bridge", "limit_execute"})
_SERVED = frozenset({"talking", "forwarded", "survey", "callback", "voicemail"})
_ENDED_WITH_IT = frozenset({"seat", "forward", "outgoing", "code", "callback"})
_KEPT = (
    "switchd_state",
    "switchd_called",
    "switchd_trunk",
    "switchd_kind",
    "switchd_group",
    "switchd_queued_at",
    "switchd_answered_at",
    "switchd_seat",
    "switchd_agent",
    "switchd_recording",
    "switchd_message_at",
    "switchd_callback",
    "switchd_offer",
    "last_bridge_to",
    "record_completion_cause",
    "record_file_size",
)


TURNS = "turns"
"""Counts who looks for a phone, and the phones in use."""


class TakeTurn(App):
    """`limit hash REALM WHAT MOST EXTENSION…`: goes there instead if so many are counted."""

    def start(self) -> None:
        _, _, what, most, extension = self.arg.split(" ")[:5]
        counted = self.switch.limits.setdefault(what, set())
        if len(counted) >= int(most):
            bridging.transfer(self.switch, self.leg, extension)
            return
        counted.add(self.leg.uuid)
        self.finish()


class RingOneAtATime(Bridge):
    """`limit_execute hash REALM WHAT 1 bridge URL`: passed over while another leg is counted."""

    def start(self) -> None:
        _, _, what, most, _, url = self.arg.split(" ", 5)
        counted = self.switch.limits.setdefault(what, set())
        if len(counted - {self.leg.uuid}) >= int(most) or is_alive(self.switch):
            self.finish()
            return
        counted.add(self.leg.uuid)
        self.ring(url)

    def finish(self, response: str = "") -> None:
        what = self.arg.split(" ")[2]
        self.switch.limits.get(what, set()).discard(self.leg.uuid)
        super().finish(response)


def is_alive(switch: Switch) -> bool:
    """Whether a switchd takes calls, as far as the switch knows."""
    return switch.globals.get(ALIVE) == "true"


def takes_calls(switch: Switch) -> bool:
    """Whether a switchd is there, if only for those who need not wait."""
    return switch.globals.get(ALIVE) in ("true", "without_queue")


class Degraded:
    """The context and the scripts of one switch."""

    def __init__(
        self,
        switch: Switch,
        api: Api,
        *,
        emergency: Mapping[str, str],
        announcement: str,
        recordings: Path | None,
    ) -> None:
        """`emergency` is number → the one behind the trunk that takes it. Without `recordings`
        nothing is kept of calls that end alone."""
        self._switch = switch
        self._api = api
        self._emergency = emergency
        self._announcement = announcement
        self._recordings = recordings
        switch.plans["degraded"] = self._arrive
        switch.plans["degraded-round"] = self._round
        switch.plans["degraded-pause"] = self._pause
        switch.plans["good-bye"] = lambda leg: [("hangup", "NORMAL_CLEARING")]
        switch.scripts["dead_man.lua"] = self._dead_man
        switch.when_ended = self._ended_alone

    # -- the context --------------------------------------------------------------------------

    def _first(self, leg: Channel) -> list[Action] | None:
        """What stands before the announcement in the context, if it applies."""
        if not leg.variables.get("switchd_queued_at"):
            leg.set("switchd_queued_at", f"{leg.created / 1_000_000:.6f}")
        number = self._emergency.get(leg.variables.get("switchd_called", ""))
        if number is not None:
            return [
                *_SERVED_BY_SWITCH,
                ("bridge", f"sofia/trunk/{number}@127.0.0.1"),
                ("sleep", "1000"),
                ("transfer", "degraded XML degraded"),
            ]
        if is_alive(self._switch):
            return [
                ("set", "continue_on_fail=false"),
                ("set", "hangup_after_bridge=false"),
                ("set", "park_after_bridge=true"),
                ("answer", ""),
                ("set", "switchd_state=waiting"),
                ("park", ""),
            ]
        return None

    def _arrive(self, leg: Channel) -> Sequence[Action]:
        return self._first(leg) or [
            *_SERVED_BY_SWITCH,
            ("set", "call_timeout=15"),
            ("answer", ""),
            ("playback", self._announcement),
            ("transfer", "degraded-round XML degraded"),
        ]

    def _round(self, leg: Channel) -> Sequence[Action]:
        first = self._first(leg)
        if first is not None:
            return first
        domain = self._switch.domain
        seats = self._registered()
        actions: list[Action] = [("limit", f"hash switchd {TURNS} {len(seats)} degraded-pause")]
        for seat in seats:
            phone = f"user/{seat}@{domain}"
            actions += [
                ("set", f"switchd_seat={seat}"),
                ("limit_execute", f"hash switchd seat-{seat} 1 bridge {phone}"),
            ]
        return [
            *actions,
            ("set", "switchd_seat="),
            ("transfer", "degraded-pause XML degraded"),
        ]

    def _pause(self, leg: Channel) -> Sequence[Action]:
        return self._first(leg) or [
            ("playback", MUSIC),
            ("transfer", "degraded-round XML degraded"),
        ]

    def _registered(self) -> list[str]:
        return sorted(row["reg_user"] for row in self._switch.directory.rows())

    # -- the scripts --------------------------------------------------------------------------

    def _dead_man(self, words: Sequence[str]) -> str:
        how = words[0] if words else ""
        if how == "list":
            return "".join(f"{line}\n" for line in ("+OK", *(leg.uuid for leg in self._alone())))
        if how == "back":
            waiting = [
                leg
                for leg in self._alone()
                if leg.other is None and leg.last_execute[0] not in _RINGS
            ]
            for leg in waiting:
                self._api.run("uuid_transfer", f"{leg.uuid} degraded XML degraded")
            return f"+OK {len(waiting)}\n"
        if how == "busy":
            for leg in self._switch.channels.values():
                self._keep_from_ringing(leg)
            return "+OK\n"
        if how == "" or not takes_calls(self._switch):
            self._switch.globals[ALIVE] = "false"
            self._leave_to_nobody()
            self._api.run("sched_del", AGAIN)
            self._api.run("sched_api", f"+2 {AGAIN} lua dead_man.lua again")
        return ""

    def _alone(self) -> list[Channel]:
        found = [
            leg
            for leg in self._switch.channels.values()
            if leg.variables.get("switchd_state") == "degraded"
        ]
        return sorted(found, key=lambda leg: float(leg.variables.get("switchd_queued_at", "0")))

    def _leave_to_nobody(self) -> None:
        for leg in list(self._switch.channels.values()):
            kind = leg.variables.get("switchd_kind", "")
            state = leg.variables.get("switchd_state", "")
            goes_on = leg.other is not None or leg.last_execute[0] in _GOES_ON
            if kind == "caller" and state != "degraded":
                leg.set("api_hangup_hook", "lua ended_alone.lua")
            if goes_on:
                self._keep_from_ringing(leg)
            elif state == "degraded" or "switchd_leaving" in leg.variables:
                continue
            elif kind == "caller":
                served = state in _SERVED
                leg.set("switchd_leaving", "true" if served else None)
                where = "good-bye" if served else "degraded"
                self._api.run("uuid_transfer", f"{leg.uuid} {where} XML degraded")
            elif kind in _ENDED_WITH_IT:
                self._api.run("uuid_kill", f"{leg.uuid} NORMAL_TEMPORARY_FAILURE")

    def _keep_from_ringing(self, leg: Channel) -> None:
        if leg.variables.get("switchd_kind") == "seat":
            seat = leg.variables.get("switchd_seat", "")
            self._switch.limits.setdefault(f"seat-{seat}", set()).add(leg.uuid)
            if seat in self._registered():
                self._switch.limits.setdefault(TURNS, set()).add(leg.uuid)

    def _ended_alone(self, leg: Channel) -> None:
        if self._recordings is None:
            return
        degraded = leg.variables.get("switchd_state") == "degraded"
        alone = degraded or not takes_calls(self._switch)
        path = self._recordings / ("ended_alone.jsonl" if alone else "ended_lately.jsonl")
        line = {
            "uuid": leg.uuid,
            **{name: leg.variables[name] for name in _KEPT if name in leg.variables},
            "sip_from_user": leg.caller_number,
            "hangup_cause": leg.cause,
            "sip_hangup_disposition": leg.disposition,
            "Caller-Channel-Created-Time": str(leg.created),
            "Caller-Channel-Answered-Time": str(leg.answered),
            "Caller-Channel-Bridged-Time": str(leg.bridged),
            "Caller-Channel-Hangup-Time": str(leg.hung_up),
        }
        # As in the script: where nothing can be written the line is lost, and the call ends.
        with suppress(OSError), path.open("ab") as file:
            file.write(orjson.dumps(line) + b"\n")


_SERVED_BY_SWITCH: tuple[Action, ...] = (
    ("set", "switchd_state=degraded"),
    ("set", "park_after_bridge=false"),
    ("set", "hangup_after_bridge=true"),
    ("set", "continue_on_fail=true"),
    ("set", "api_hangup_hook=lua ended_alone.lua"),
)
