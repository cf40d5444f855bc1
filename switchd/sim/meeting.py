"""Applications by which a leg hears more than one other: conference, eavesdrop.

Sources: mod_conference (conference_member.c), switch_ivr_async.c switch_ivr_eavesdrop_session;
recorded traffic 05, 14. Of the events of a conference there are those that the rendered profile
does not suppress.
"""

from __future__ import annotations

from switchd.sim.apps import App
from switchd.sim.channel import Channel, pairs

FRAME = 0.02


class Conference(App):
    """Everybody in the same room talks; `NAME@PROFILE`."""

    def start(self) -> None:
        self._room = self.arg.split("@")[0].split("+")[0]
        self.switch.answer(self.leg)
        members = self.switch.conferences.setdefault(self._room, [])
        if not members:
            self._tell("conference-create", None)
        members.append(self.leg)
        self._tell("add-member", self.leg)
        self.leg.party.talks(self.leg)

    def halt(self, response: str) -> None:
        members = self.switch.conferences[self._room]
        members.remove(self.leg)
        self._tell("del-member", self.leg)
        if not members:
            del self.switch.conferences[self._room]
            self.switch.clock.later(FRAME, self._tell, "conference-destroy", None)

    def _tell(self, action: str, leg: Channel | None) -> None:
        size = len(self.switch.conferences.get(self._room, ()))
        values = {
            "Conference-Name": self._room,
            "Conference-Domain": self.switch.domain,
            "Conference-Size": str(size),
            "Conference-Ghosts": "0",
            "Conference-Profile-Name": self.arg.partition("@")[2] or "default",
        }
        if leg is not None:
            values["Member-ID"] = str(leg.serial)
            values["Member-Type"] = "member"
        values["Action"] = action
        self.switch.emit_custom("conference::maintenance", values, leg, variables=False)


class Eavesdrop(App):
    """Listens to another leg for as long as both live.

    With `eavesdrop_enable_dtmf` its keys say who hears it: 2 the leg that it listens to, 1 the
    other side, 3 both, 0 nobody; * ends it.
    """

    HEARD_BY = ("0", "1", "2", "3")

    def start(self) -> None:
        self._target = self.switch.channels.get(self.arg)
        if self._target is None:
            self.finish()
            return
        aleg = self.leg.is_true("eavesdrop_whisper_aleg")
        self.leg.heard_by = str(2 * self.leg.is_true("eavesdrop_whisper_bleg") + aleg)
        self.switch.emit(
            "MEDIA_BUG_START", self._target, pairs({"Media-Bug-Function": "eavesdrop"})
        )
        self._target.listeners.append(self._target_ended)

    def _target_ended(self) -> None:
        self._target = None
        self.leg.heard_by = ""
        self.finish()

    def halt(self, response: str) -> None:
        if self._target is not None:
            self._target.listeners.remove(self._target_ended)
            self._target, target = None, self._target
            self.leg.heard_by = ""
            self.switch.emit("MEDIA_BUG_STOP", target, pairs({"Media-Bug-Function": "eavesdrop"}))

    def digit(self, digit: str) -> None:
        if not self.leg.is_true("eavesdrop_enable_dtmf"):
            return
        if digit in self.HEARD_BY:
            self.leg.heard_by = digit
        elif digit == "*":
            self.halt("")
            self.finish()
