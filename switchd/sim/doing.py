"""Applications that do one thing at once, and those that join others: conference, eavesdrop."""

from __future__ import annotations

from collections.abc import Callable

from switchd.sim import bridging
from switchd.sim.apps import App, Park, Sleep
from switchd.sim.channel import Channel, pairs
from switchd.sim.message import Record
from switchd.sim.peers import Bridge
from switchd.sim.playing import Collect, EndlessPlayback, Playback
from switchd.sim.text import assignments, split


class Immediate(App):
    """Does one thing and is done."""

    def do(self) -> None:
        """The one thing."""

    def start(self) -> None:
        self.do()
        self.finish()


class Answer(Immediate):
    def do(self) -> None:
        self.switch.answer(self.leg)


class PreAnswer(Immediate):
    def do(self) -> None:
        self.switch.pre_answer(self.leg)


class RingReady(Immediate):
    def do(self) -> None:
        self.switch.emit("CHANNEL_PROGRESS", self.leg)


class Set(Immediate):
    def do(self) -> None:
        name, _, value = self.arg.partition("=")
        self.leg.set(name.strip(), value)


class Multiset(Immediate):
    def do(self) -> None:
        for name, value in assignments(self.arg, " ").items():
            self.leg.set(name, value)


class Unset(Immediate):
    def do(self) -> None:
        self.leg.set(self.arg.strip(), None)


class Nothing(Immediate):
    """Applications whose effect nobody here can notice: info, log."""


class HangUp(Immediate):
    def start(self) -> None:
        self.switch.hang_up(self.leg, self.arg or "NORMAL_CLEARING")


class RecordSession(Immediate):
    def do(self) -> None:
        self.switch.record(self.leg, self.arg)


class StopRecordSession(Immediate):
    def do(self) -> None:
        self.switch.stop_recording(self.leg, self.arg)


class Transfer(Immediate):
    def do(self) -> None:
        parts = split(self.arg)
        if parts:
            bridging.transfer(self.switch, self.leg, parts[0], "".join(parts[1:2]))


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
            self._tell("conference-destroy", None)

    def _tell(self, action: str, leg: Channel | None) -> None:
        size = len(self.switch.conferences.get(self._room, ()))
        values = {
            "Conference-Name": self._room,
            "Conference-Size": str(size),
            "Conference-Profile-Name": self.arg.partition("@")[2] or "default",
            "Action": action,
        }
        self.switch.emit_custom("conference::maintenance", values, leg)


class Eavesdrop(App):
    """Listens to another leg for as long as both live."""

    def start(self) -> None:
        self._target = self.switch.channels.get(self.arg)
        if self._target is None:
            self.finish()
            return
        self.switch.emit(
            "MEDIA_BUG_START", self._target, pairs({"Media-Bug-Function": "eavesdrop"})
        )
        self._watch: Callable[[], None] | None = self._target.when_down
        self._target.when_down = self._target_ended

    def _target_ended(self) -> None:
        if self._watch is not None:
            self._watch()
        self._target = None
        self.finish()

    def halt(self, response: str) -> None:
        if self._target is not None:
            self._target.when_down = self._watch
            self.switch.emit(
                "MEDIA_BUG_STOP", self._target, pairs({"Media-Bug-Function": "eavesdrop"})
            )


APPLICATIONS: dict[str, type[App]] = {
    "answer": Answer,
    "bridge": Bridge,
    "conference": Conference,
    "eavesdrop": Eavesdrop,
    "endless_playback": EndlessPlayback,
    "export": Set,
    "hangup": HangUp,
    "info": Nothing,
    "log": Nothing,
    "multiset": Multiset,
    "park": Park,
    "play_and_get_digits": Collect,
    "playback": Playback,
    "pre_answer": PreAnswer,
    "record": Record,
    "record_session": RecordSession,
    "ring_ready": RingReady,
    "set": Set,
    "sleep": Sleep,
    "stop_record_session": StopRecordSession,
    "transfer": Transfer,
    "unset": Unset,
}
"""Every application that the stand-in knows; any other hangs up, as FreeSWITCH does."""
