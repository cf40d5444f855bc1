"""The dead-man's switch: a timer in FreeSWITCH that this daemon puts off for as long as it lives.

When nobody has put it off for `FIRES_SECONDS`, FreeSWITCH gives every caller who waits to its own
degraded context (`dialplan/scripts/dead_man.lua`). Two timers take turns, and one is cancelled only
when the other runs, so that there is no moment without one. It is never cancelled for good: a
daemon that is stopped leaves FreeSWITCH to itself just as one that is killed does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import gevent
import structlog
from gevent.lock import BoundedSemaphore

from routing.callflow import Call
from routing.callflow.waiting import facts
from switchd.esl.arguments import set_variables
from switchd.esl.errors import EslError
from switchd.switchboard.outgoing import HANGUP_HOOK

log = structlog.get_logger(__name__)

ALIVE = "switchd_alive"
"""FreeSWITCH's global variable: `true` while a daemon takes calls, `false` once none has put the
timer off, not set after a start of FreeSWITCH; see `WITHOUT_QUEUE`."""
TAKES_CALLS = "true"
WITHOUT_QUEUE = "without_queue"
"""A daemon takes calls and has no queue for them: whoever waits is FreeSWITCH's to serve."""
FIRES_SECONDS = 15
BEAT_SECONDS = 5.0
SCRIPT = "dead_man.lua"
TIMERS = ("switchd_dead_man_a", "switchd_dead_man_b")
AGAIN_TIMER = "switchd_dead_man_again"
"""The one with which the script comes again."""


class FreeSwitch(Protocol):
    """What is needed of the link."""

    @property
    def connected(self) -> bool: ...
    def api(self, name: str, args: str = "") -> str: ...
    def variable(self, name: str) -> str | None: ...


class DeadMan:
    """Puts the timer off; takes back the callers whom FreeSWITCH had to itself."""

    def __init__(
        self,
        freeswitch: Callable[[], FreeSwitch],
        let_go: Callable[[Sequence[str]], object],
        pause: Callable[[float], None] = gevent.sleep,
    ) -> None:
        """`let_go(legs)` is told of callers who are in the degraded context, before they come back:
        whatever was known of their calls is no longer true."""
        self._freeswitch = freeswitch
        self._let_go = let_go
        self._pause = pause
        self._says = TAKES_CALLS
        self._told = ""
        """What FreeSWITCH has been told last."""
        self._running, self._next = TIMERS
        self._begun = False
        self._left_alone = 0
        self._turn = BoundedSemaphore()

    @property
    def left_alone(self) -> int:
        """How many callers were in the degraded context at the last look."""
        return self._left_alone

    def run(self) -> None:
        """Put it off again and again; endless."""
        while True:
            self._pause(BEAT_SECONDS)
            self.put_off()

    def has_waiting(self, to_itself: bool) -> bool:
        """Leave whoever waits to FreeSWITCH, or take them back; False if it cannot be told now."""
        self._says = WITHOUT_QUEUE if to_itself else TAKES_CALLS
        if self._told != self._says:
            self.put_off()
        return self._told == self._says

    def hand_over(self, call: Call, let_go: Callable[[], object]) -> None:
        """Give a waiting caller to FreeSWITCH; nobody here may do anything for him any more once
        `let_go()` has returned. Raises `EslError`, before that if the caller is gone."""
        freeswitch = self._freeswitch()
        # From here on FreeSWITCH keeps what the call was, should it end.
        kept = {**facts(call), "switchd_state": "degraded", "api_hangup_hook": HANGUP_HOOK}
        command = set_variables(call.id, kept)
        freeswitch.api(command.name, command.args)
        let_go()
        freeswitch.api("uuid_transfer", f"{call.id} degraded XML degraded")

    def put_off(self) -> None:
        """Tell FreeSWITCH that a daemon is there; without a connection it finds out by itself."""
        freeswitch = self._freeswitch()
        if not freeswitch.connected:
            return
        try:
            with self._turn:
                if not self._begun:
                    # Either timer may be that of a daemon that died: both are armed anew.
                    self._put_off(freeswitch)
                    self._begun = True
                self._put_off(freeswitch)
        except EslError as error:
            log.warning("dead-man's switch not put off", why=str(error))

    def _put_off(self, freeswitch: FreeSwitch) -> None:
        freeswitch.api("sched_api", f"+{FIRES_SECONDS} {self._next} lua {SCRIPT}")
        freeswitch.api("sched_del", self._running)
        self._running, self._next = self._next, self._running
        says = self._says
        if freeswitch.variable(ALIVE) != says:
            # A timer that fired just now says `false` behind our back: asked again at each beat.
            freeswitch.api("global_setvar", f"{ALIVE}={says}")
            freeswitch.api("sched_del", AGAIN_TIMER)
            log.info("FreeSWITCH knows how callers are taken", alive=says)
            self._left_alone = 1
        self._told = says
        if says == WITHOUT_QUEUE:
            freeswitch.api("lua", f"{SCRIPT} busy")
        elif self._left_alone:
            self._take_back(freeswitch)

    def _take_back(self, freeswitch: FreeSwitch) -> None:
        _, *legs = freeswitch.api("lua", f"{SCRIPT} list").split()
        self._left_alone = len(legs)
        if legs:
            self._let_go(legs)
            freeswitch.api("lua", f"{SCRIPT} back")
            log.info("callers taken back from the degraded context", legs=len(legs))
