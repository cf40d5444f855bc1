"""Applications that play something and listen to keys: playback, play_and_get_digits.

Sources: mod_dptools.c playback_function, switch_ivr_play_say.c switch_ivr_read and
switch_play_and_get_digits.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from switchd.sim.apps import App
from switchd.sim.channel import Channel, pairs
from switchd.sim.clock import Timer
from switchd.sim.text import split

if TYPE_CHECKING:
    from switchd.sim.switch import Switch


SHORTEST = 0.02
"""Seconds; an empty file still takes a frame."""
SHORTEST_TIMEOUT = 1000
"""Milliseconds that play_and_get_digits waits at least (mod_dptools.c)."""


class Player:
    """One file being played to a leg; can be paused while something is nested."""

    def __init__(self, switch: Switch, leg: Channel, what: str, ended: Callable[[], None]) -> None:
        self._switch = switch
        self._leg = leg
        self._what = what
        self._ended = ended
        self._left = math.inf
        self._began = 0.0
        self._since = 0.0
        self._timer: Timer | None = None
        self._playing = False

    def start(self) -> bool:
        """Begin; False if there is no such file."""
        duration = self._switch.sounds.duration(self._what)
        if duration is None:
            return False
        self._switch.pre_answer(self._leg)
        self._left = max(duration, SHORTEST)
        self._began = self._switch.clock.elapsed()
        self._playing = True
        self._switch.emit("PLAYBACK_START", self._leg, self._headers())
        self._leg.party.hears(self._leg, self._what)
        self.resume()
        return True

    def stop(self, status: str = "break") -> None:
        """End it now, with its event."""
        self.pause()
        if self._playing:
            self._playing = False
            played = self._switch.clock.elapsed() - self._began
            self._leg.set("playback_ms", str(int(played * 1000)))
            self._leg.set("playback_seconds", str(int(played)))
            self._switch.emit(
                "PLAYBACK_STOP", self._leg, self._headers() + pairs({"Playback-Status": status})
            )

    def pause(self) -> None:
        """Keep what is left for later."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            self._left = max(0.0, self._left - (self._switch.clock.elapsed() - self._since))

    def resume(self) -> None:
        """Go on with what is left."""
        if self._playing and self._left != math.inf:
            self._since = self._switch.clock.elapsed()
            self._timer = self._switch.clock.later(self._left, self._done)

    def _done(self) -> None:
        self.stop("done")
        self._ended()

    def _headers(self) -> bytes:
        kind = self._what.partition("://")[0] if "://" in self._what else "file"
        return pairs({"Playback-File-Type": kind, "Playback-File-Path": self._what})


class Playback(App):
    """Plays a file to its end, to a break or to a terminator key (`*` unless set otherwise)."""

    def start(self) -> None:
        self._player = Player(self.switch, self.leg, self.arg, self._played)
        if not self._player.start():
            self.finish("FILE NOT FOUND")

    def _played(self) -> None:
        self.finish("FILE PLAYED")

    def halt(self, response: str) -> None:
        self._player.stop()
        self.leg.respond(response)

    def pause(self) -> None:
        self._player.pause()

    def resume(self) -> None:
        self._player.resume()

    def broken(self) -> None:
        self._player.stop()
        self.finish("FILE PLAYED")

    def digit(self, digit: str) -> None:
        terminators = self.leg.variables.get("playback_terminators", "*")
        if terminators != "none" and (terminators == "any" or digit in terminators):
            self.leg.set("playback_terminator_used", digit)
            self.broken()


class EndlessPlayback(Playback):
    """Plays a file again and again."""

    def _played(self) -> None:
        self.start()


class Collect(App):
    """play_and_get_digits.

    MIN MAX TRIES TIMEOUT TERMINATORS FILE INVALID_FILE VARIABLE REGEXP [DIGIT_TIMEOUT]; timeouts
    are in milliseconds. The keys are in variable VAR of CHANNEL_EXECUTE_COMPLETE, and
    `read_result` says success, timeout or failure. Keys pressed during INVALID_FILE answer the
    next try.
    """

    def start(self) -> None:
        fields = [*split(self.arg), *[""] * 10]
        self._least = _int(fields[0], 0)
        self._most = max(_int(fields[1], 1), self._least)
        self._tries = max(_int(fields[2], 1), 1)
        self._timeout = max(_int(fields[3], 0), SHORTEST_TIMEOUT) / 1000
        self._terminators = "" if fields[4] == "none" else fields[4]
        self._question, self._reproach = fields[5], fields[6]
        self._variable, self._pattern = fields[7], fields[8]
        self._digit_timeout = _int(fields[9], int(self._timeout * 1000)) / 1000
        self._timer: Timer | None = None
        self._player: Player | None = None
        self._reproaching = False
        self._early = ""
        self._try()

    def _try(self) -> None:
        self._digits = ""
        self._reproaching = False
        self.leg.set(self._variable, None)
        self.leg.set("read_result", None)
        self.leg.party.asked(self.leg, self._question)
        self._play(self._question, self._listen, self._next_try)
        early, self._early = self._early, ""
        for digit in early:
            if self in self.leg.apps:
                self.digit(digit)

    def _play(self, what: str, played: Callable[[], None], missing: Callable[[], None]) -> None:
        if what in ("", "silence"):
            played()
            return
        self._player = Player(self.switch, self.leg, what, played)
        if not self._player.start():
            self._player = None
            missing()

    def _listen(self) -> None:
        self._player = None
        self._wait(self._timeout)

    def _wait(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self.switch.clock.later(seconds, self._timed_out)

    def _timed_out(self) -> None:
        enough = len(self._digits) >= max(self._least, 1)
        self._read("timeout" if enough else "failure", enough)

    def digit(self, digit: str) -> None:
        if self._reproaching:
            self._early += digit
            return
        if self._player is not None:
            self._player.stop()
            self._player = None
        if digit in self._terminators:
            enough = len(self._digits) >= self._least
            self._read("success" if enough else "failure", enough)
            return
        self._digits += digit
        if len(self._digits) >= self._most:
            self._read("success", True)
        else:
            self._wait(self._digit_timeout)

    def _read(self, result: str, enough: bool) -> None:
        self.halt("")
        self.leg.set("read_result", result)
        if enough and self._matches():
            self.leg.set(self._variable, self._digits)
            self.finish()
            return
        if enough and self._digits:
            self.leg.set(f"{self._variable}_invalid", self._digits)
        self._reproaching = True
        self._play(self._reproach, self._next_try, self._next_try)

    def _next_try(self) -> None:
        self._player = None
        self._tries -= 1
        if self._tries > 0:
            self._try()
        else:
            self.finish()

    def _matches(self) -> bool:
        if not self._pattern:
            return True
        try:
            return re.search(self._pattern, self._digits) is not None
        except re.error:
            return False

    def halt(self, response: str) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._player is not None:
            self._player.stop()
            self._player = None

    def pause(self) -> None:
        if self._player is not None:
            self._player.pause()
        if self._timer is not None:
            self._timer.cancel()

    def resume(self) -> None:
        if self._player is not None:
            self._player.resume()
        elif self._timer is not None:
            self._wait(self._timeout)

    def broken(self) -> None:
        if self._player is not None:
            self._player.stop()
            if self._reproaching:
                self._next_try()
            else:
                self._listen()


def _int(text: str, otherwise: int) -> int:
    return int(text) if text.isdecimal() else otherwise
