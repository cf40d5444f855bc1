"""What a leg executes: a stack of applications, the innermost of which runs.

An execute that arrives while something runs is nested into it, as FreeSWITCH does without
`event-lock`; the outer one goes on afterwards. The simple applications are here, those that play
and listen in `playing`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from switchd.sim.channel import Channel, pairs
from switchd.sim.clock import Timer

if TYPE_CHECKING:
    from switchd.sim.switch import Switch


class App:
    """A running application of one leg."""

    hidden = False
    """Whether it came without an execute, as a park after a bridge does."""

    def __init__(self, switch: Switch, leg: Channel, name: str, arg: str, execution: str) -> None:
        self.switch = switch
        self.leg = leg
        self.name = name
        self.arg = arg
        self.execution = execution
        self.locked = False

    def start(self) -> None:
        """Begin; whoever has nothing to wait for calls `finish`."""
        self.finish()

    def finish(self, response: str = "") -> None:
        """It has ended by itself: say so and let the leg go on."""
        if self not in self.leg.apps:
            return
        if response:
            self.leg.respond(response)
        self.leg.apps.remove(self)
        self.complete()
        go_on(self.switch, self.leg)

    def complete(self) -> None:
        """Report the end."""
        if self.hidden:
            return
        self.switch.emit(
            "CHANNEL_EXECUTE_COMPLETE",
            self.leg,
            pairs(
                {
                    "Application": self.name,
                    **({"Application-Data": self.arg} if self.arg else {}),
                    "Application-Response": self.leg.response or "_none_",
                    "Application-UUID": self.execution,
                }
            ),
        )

    def halt(self, response: str) -> None:
        """It is ended from outside: release what it holds; `response` is what playing says then."""

    def pause(self) -> None:
        """Something is nested into it."""

    def resume(self) -> None:
        """The nested one has ended."""

    def broken(self) -> None:
        """uuid_break."""

    def digit(self, digit: str) -> None:
        """A key was pressed."""


class Park(App):
    """Waits for commands. `park_timeout` (seconds, optionally `:CAUSE`) hangs up."""

    def __init__(self, switch: Switch, leg: Channel, name: str, arg: str, execution: str) -> None:
        super().__init__(switch, leg, name, arg, execution)
        self._timer: Timer | None = None

    def start(self) -> None:
        self.switch.emit("CHANNEL_PARK", self.leg)
        seconds, _, cause = self.leg.variables.get("park_timeout", "").partition(":")
        if seconds.isdecimal() and int(seconds):
            self._timer = self.switch.clock.later(
                int(seconds), self.switch.hang_up, self.leg, cause or "NORMAL_CLEARING"
            )

    def halt(self, response: str) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self.switch.emit("CHANNEL_UNPARK", self.leg)


class HiddenPark(Park):
    """The park that follows a bridge."""

    hidden = True


class Sleep(App):
    """Waits for some milliseconds."""

    def __init__(self, switch: Switch, leg: Channel, name: str, arg: str, execution: str) -> None:
        super().__init__(switch, leg, name, arg, execution)
        self._timer: Timer | None = None

    def start(self) -> None:
        seconds = int(self.arg) / 1000 if self.arg.isdecimal() else 0.0
        self._timer = self.switch.clock.later(seconds, self.finish)

    def halt(self, response: str) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def broken(self) -> None:
        self.halt("")
        self.finish()


def execute(
    switch: Switch, leg: Channel, name: str, arg: str, execution: str = "", locked: bool = False
) -> None:
    """Start an application on a leg, nested into what runs there, or after it if that is locked."""
    if not leg.up:
        return
    if any(app.locked for app in leg.apps):
        leg.pending.append((name, arg, execution, locked))
        return
    kind = switch.applications.get(name)
    if kind is None:
        switch.hang_up(leg, "DESTINATION_OUT_OF_ORDER")
        return
    app = kind(switch, leg, name, arg, execution or switch.new_uuid())
    app.locked = locked
    if leg.apps:
        leg.apps[-1].pause()
    leg.apps.append(app)
    leg.respond(None)
    leg.last_app = leg.last_execute = (name, arg)
    leg.set("current_application_data", arg)
    leg.set("current_application", name)
    switch.emit(
        "CHANNEL_EXECUTE",
        leg,
        pairs(
            {
                "Application": name,
                **({"Application-Data": arg} if arg else {}),
                "Application-UUID": app.execution,
            }
        ),
    )
    app.start()


def go_on(switch: Switch, leg: Channel) -> None:
    """Something has ended on the leg: start or resume what comes next."""
    if not leg.up or leg.other is not None:
        return
    if leg.pending:
        execute(switch, leg, *leg.pending.popleft())
    elif leg.apps:
        leg.apps[-1].resume()
    elif leg.plan:
        execute(switch, leg, *leg.plan.popleft())
    else:
        switch.hang_up(leg)


def stop_all(switch: Switch, leg: Channel, response: str) -> None:
    """End everything on the leg from outside, innermost first; nothing comes next."""
    leg.pending.clear()
    leg.plan.clear()
    running, leg.apps = leg.apps, []
    for app in reversed(running):
        app.halt(response)
        app.complete()


def park_hidden(switch: Switch, leg: Channel) -> None:
    """Park a leg without an execute."""
    leg.state = "CS_PARK"
    park = HiddenPark(switch, leg, "park", "", "")
    leg.apps.append(park)
    park.start()
