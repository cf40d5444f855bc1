"""Keys and codes of seats' phones, on their way to control."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from routing.callflow import State
from routing.callflow import events as on
from routing.keys import Command
from routing.plan import Plan
from routing.seats import SeatState
from switchd.calls.desk import Desk
from switchd.calls.ports import Clock
from switchd.control import Controls
from switchd.queues.waitlist import Waitlist
from switchd.seats.call_codes import CallCodes
from switchd.seats.keypad import Keypad
from switchd.switchboard.outgoing import FreeSwitch

WRONG = "key_wrong"
NOBODY_PARKED = "nobody_parked"
NOT_READY = "seat_refused"


class Keying:
    """Reads keys during a call, and the codes by which an idle phone comes to one."""

    def __init__(
        self,
        plan: Callable[[], Plan],
        desk: Callable[[], Desk],
        controls: Controls,
        waitlist: Waitlist,
        switch: FreeSwitch,
        clock: Clock,
        codes: Mapping[str, str],
    ) -> None:
        """`codes` are the feature codes, meaning → digits."""
        self._desk = desk
        self._controls = controls
        self._waitlist = waitlist
        self._switch = switch
        self._keypad = Keypad(
            lambda: plan().control.keys,
            self._seat_at,
            self._do,
            self._say_wrong,
            clock,
        )
        self.codes = CallCodes(codes, self._obstacle, self._pick_up, switch)

    def heard(self, leg: str, event: on.Event) -> None:
        """Something happened on a leg; keys are read, whatever else they may mean."""
        if isinstance(event, on.Pressed | on.SeatPressed):
            self._keypad.pressed(leg, event.key)
        elif isinstance(event, on.SeatGone | on.CallerGone):
            self._keypad.ended(leg)

    def _seat_at(self, leg: str) -> str:
        call = self._desk().call_on(leg)
        return "" if call is None else call.seat_at(leg)

    def _do(self, seat: str, command: Command) -> None:
        self._controls.do(
            seat, command.verb.value, target=command.target, who=f"seat {seat}", spoken=True
        )

    def _say_wrong(self, leg: str) -> None:
        """Mixed into whatever the seat hears; played where it hears nothing."""
        call = self._desk().call_on(leg)
        if call is not None and call.state is State.HELD:
            self._switch.play(leg, (WRONG,), f"{leg}/{WRONG}", False)
        else:
            self._switch.hint(leg, WRONG)

    def _obstacle(self, seat: str, parked_by: str) -> str:
        fitting = [call for call in self._controls.parked() if parked_by in ("", call.parked_by)]
        if not fitting:
            return NOBODY_PARKED
        view = self._waitlist.seat(seat)
        return "" if view is not None and view.state is SeatState.READY else NOT_READY

    def _pick_up(self, seat: str, parked_by: str) -> None:
        self._controls.do(seat, "pick-up", target=parked_by, who=f"seat {seat}")
