"""The application `record`: one leg speaks into a file until a key, the limit or the hangup.

Source: switch_ivr_play_say.c, switch_ivr_record_file. Nobody here ever falls silent.
"""

from __future__ import annotations

from pathlib import Path

from switchd.sim.apps import App
from switchd.sim.channel import pairs
from switchd.sim.clock import Timer
from switchd.sim.recording import write_recording
from switchd.sim.text import split


class Record(App):
    """PATH [LIMIT [SILENCE_THRESHOLD [SILENCE_SECONDS]]]; seconds. Ends with a terminator key."""

    def start(self) -> None:
        fields = [*split(self.arg), "", ""]
        self._path, limit = fields[0], fields[1]
        self._began = self.switch.clock.now()
        self._timer: Timer | None = None
        self.switch.pre_answer(self.leg)
        self.switch.emit("RECORD_START", self.leg, pairs({"Record-File-Path": self._path}))
        if limit.isdecimal() and int(limit):
            self._timer = self.switch.clock.later(int(limit), self._over)

    def _over(self) -> None:
        self._stop()
        self.finish()

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        seconds = self.switch.clock.now() - self._began
        if self.switch.recording_seconds:
            write_recording(Path(self._path), seconds, self.switch.recording_seconds)
        self.leg.set("record_seconds", str(int(seconds)))
        self.leg.set("record_ms", str(int(seconds * 1000)))
        self.leg.set("record_samples", str(int(seconds * 8000)))
        self.switch.emit("RECORD_STOP", self.leg, pairs({"Record-File-Path": self._path}))

    def halt(self, response: str) -> None:
        self._stop()

    def broken(self) -> None:
        self._over()

    def digit(self, digit: str) -> None:
        terminators = self.leg.variables.get("playback_terminators", "*")
        if terminators == "any" or digit in terminators:
            self._over()
