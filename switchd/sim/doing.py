"""Every application that the stand-in knows, and those that do one thing at once."""

from __future__ import annotations

from switchd.sim import bridging
from switchd.sim.apps import App, Park, Sleep
from switchd.sim.degraded import RingOneAtATime, TakeTurn
from switchd.sim.meeting import Conference, Eavesdrop
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


class Transfer(App):
    """Runs until the leg is elsewhere: what comes behind it in the dialplan is never reached."""

    def start(self) -> None:
        parts = split(self.arg)
        if parts:
            bridging.transfer(self.switch, self.leg, parts[0], "".join(parts[1:2]))
        else:
            self.finish()


APPLICATIONS: dict[str, type[App]] = {
    "answer": Answer,
    "bridge": Bridge,
    "conference": Conference,
    "eavesdrop": Eavesdrop,
    "endless_playback": EndlessPlayback,
    "export": Set,
    "hangup": HangUp,
    "info": Nothing,
    "limit": TakeTurn,
    "limit_execute": RingOneAtATime,
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
