"""What supervisors do to talks and to seats: listen, whisper, barge, take over, release, force.

Everything is written down. Who may do it is decided before: the interface knows who asks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from routing.monitoring import Mode, Stage, Stop, TakeOver, Watch, Wish
from routing.plan import Plan
from routing.seats import SeatState
from switchd.api.ports import Refused, Unavailable
from switchd.calls.desk import Desk
from switchd.calls.ports import Switch
from switchd.control import Controls
from switchd.monitored import MonitoredCalls, SupervisorPhones, heard_in
from switchd.monitoring.desk import Monitoring
from switchd.monitoring.ports import Heard, Trouble
from switchd.queues.facts import SeatRefused, SeatView
from switchd.queues.waitlist import Waitlist
from switchd.wiring import SeatDesk, for_api

WriteDown = Callable[[str, str, Mapping[str, Any], str, str], Mapping[str, Any]]
"""Puts what a person did into the audit: verb, target, facts, who, why."""

VERBS = ("listen", "whisper", "barge", "take-over", "stop", "release", "force")
FORCED = ("ready", "not-ready", "sign-out")
"""Verbs of seats that a supervisor may force."""
_TITLES = {Mode.LISTEN: "监听", Mode.WHISPER: "密语", Mode.BARGE: "强插"}
"""What the supervisor's phone shows before the seat's number."""


class Supervisors:
    """Every method returns plain data; it raises `Refused` with a sentence for what cannot be, and
    `Unavailable` if the switch or Redis does not answer."""

    def __init__(
        self,
        desk: Callable[[], Desk],
        switch: Switch,
        waitlist: Waitlist,
        seat_desk: SeatDesk,
        controls: Controls,
        *,
        node: str,
        plan: Callable[[], Plan],
        now: Callable[[], float],
        write_down: WriteDown,
    ) -> None:
        self._calls = MonitoredCalls(desk, waitlist, now)
        self.monitoring = Monitoring(SupervisorPhones(switch, plan), self._calls)
        self._controls = controls
        self._desk = desk
        self._waitlist = waitlist
        self._seat_desk = seat_desk
        self._node = node
        self._plan = plan
        self._now = now
        self._write_down = write_down

    def watching(self) -> Sequence[Mapping[str, Any]]:
        """Everybody who listens, or whose phone rings for it."""
        return [
            {
                "seat": watch.seat,
                "who": watch.who,
                "call": watch.call,
                "over": watch.over,
                "mode": str(watch.mode),
                "stage": str(watch.stage),
                "began_at": watch.began_at,
            }
            for watch in self.monitoring.watches()
        ]

    def do(
        self, verb: str, *, target: str, at: str, state: str, reason: str, who: str, why: str
    ) -> Mapping[str, Any]:
        """Do a verb by its name; see the methods."""
        match verb:
            case "listen" | "whisper" | "barge":
                return self.listen(target, at, verb, who, why)
            case "take-over":
                return self.take_over(target, at, who, why)
            case "stop":
                return self.stop(target, at, who, why)
            case "release":
                return self.release(target, who, why)
            case "force":
                return self.force(target, state, reason, who, why)
        raise Refused(f"there is no verb {verb[:40]}; known: {', '.join(VERBS)}")

    def listen(self, target: str, at: str, mode: str, who: str, why: str) -> Mapping[str, Any]:
        """Let the phone of `at` ring and then listen to a talk, or be heard there by the seat
        (whisper) or by all (barge). `target` is a seat, or the beginning of a call's id.

        Whoever listens to that talk already is heard as `mode` says from now on.
        """
        heard, wanted = self._heard(target), Mode(mode)
        known = self.monitoring.find(at)
        if known is not None:
            if known.call != heard.call:
                raise Refused(f"seat {at} listens to seat {known.over}: stop that first")
            self.monitoring.tell(known.leg, Wish(wanted))
        else:
            self._ring(heard, at, wanted, who)
        facts = {"seat": heard.seat, "by_seat": at}
        return self._write_down(mode, heard.call, facts, who, why)

    def take_over(self, target: str, at: str, who: str, why: str) -> Mapping[str, Any]:
        """Give the call to the supervisor who listens to it: the seat is free, its talk is over."""
        watch = self._watch(target, at)
        if watch.stage is not Stage.LISTENING:
            raise Refused(f"the phone of seat {at} has not been picked up yet")
        self.monitoring.tell(watch.leg, TakeOver())
        return self._write_down(
            "take-over", watch.call, {"seat": watch.over, "by_seat": at}, who, why
        )

    def stop(self, target: str, at: str, who: str, why: str) -> Mapping[str, Any]:
        """Listen no more."""
        watch = self._watch(target, at)
        self.monitoring.tell(watch.leg, Stop())
        return self._write_down("stop", watch.call, {"seat": watch.over, "by_seat": at}, who, why)

    def release(self, target: str, who: str, why: str) -> Mapping[str, Any]:
        """End a seat's part in a talk, as if it had hung up its phone: the caller is asked for
        satisfaction, or goes on with whom the seat consults."""
        heard = self._heard(target)
        self._controls.do_call(heard.call, "hang-up", who=who, why=why)
        return self._write_down("release", heard.call, {"seat": heard.seat}, who, why)

    def force(self, seat: str, state: str, reason: str, who: str, why: str) -> Mapping[str, Any]:
        """Make a seat ready, not ready for a reason, or sign it out; after its call if any."""
        if seat not in self._plan().seats:
            raise Refused(f"the plan has no seat {seat[:40]}")
        if state not in FORCED:
            raise Refused(f"a seat can be forced to {', '.join(FORCED)}, not to {state[:40]}")
        view = self._seat_desk.do(seat, state, "", reason)
        facts = {"state": state, "reason": reason, "agent": view.agent}
        done = self._write_down("force", seat, facts, who, why)
        return {**done, "now": str(view.state)}

    def _ring(self, heard: Heard, seat: str, mode: Mode, who: str) -> None:
        view = self._phone(seat)
        now = self._now()
        watch = Watch(
            leg=f"watch-{seat}-{now * 1000:.0f}",
            seat=seat,
            agent=view.agent,
            who=who,
            call=heard.call,
            over=heard.seat,
            target=heard.leg,
            mode=mode,
            began_at=now,
        )
        if view.state is not SeatState.SIGNED_OUT:
            with for_api():
                try:
                    self._waitlist.occupy(seat, heard.call, watch.leg, now)
                except SeatRefused as error:
                    raise Refused(str(error)) from error
        try:
            self.monitoring.open(watch, view.home, f"{_TITLES[mode]} {heard.seat}")
        except Trouble as error:
            self._calls.free(watch)
            raise Unavailable(str(error)) from error

    def _phone(self, seat: str) -> SeatView:
        with for_api():
            view = self._waitlist.seat(seat)
        if view is None or seat not in self._plan().seats:
            raise Refused(f"the plan has no seat {seat[:40]}")
        if view.state in (SeatState.OFFERED, SeatState.TALKING):
            raise Refused(f"seat {seat} is in a call itself")
        if not view.reachable:
            raise Refused(f"the phone of seat {seat} is not registered")
        return view

    def _watch(self, target: str, at: str) -> Watch:
        watch = self.monitoring.find(at)
        if watch is None or watch.over != target:
            raise Refused(f"seat {at} does not listen to seat {target[:40]}")
        return watch

    def _why_not(self, seat: str) -> str:
        """Say why a seat cannot be listened to here: FreeSWITCH lets nobody listen to a leg of
        another one."""
        with for_api():
            view = self._waitlist.seat(seat)
        if view is None or view.state is not SeatState.TALKING or view.owner in ("", self._node):
            return f"seat {seat} talks with nobody here"
        return (
            f"the call of seat {seat} is at node {view.owner}, and this is node {self._node}: ask "
            f"the daemon of that node (its api.listen, or SWITCHD_NODE={view.owner} on its machine)"
        )

    def _heard(self, target: str) -> Heard:
        """Find the talk that a seat or a call's id names."""
        calls = list(self._desk().calls())
        if target in self._plan().seats:
            talks = [heard for call in calls if (heard := heard_in(call)) and heard.seat == target]
            if not talks:
                raise Refused(self._why_not(target))
            return talks[0]
        found = [call for call in calls if target and call.id.startswith(target)]
        if len(found) != 1:
            many = f"{len(found)} calls begin" if found else "there is no seat, and no call begins"
            raise Refused(f"{many} with {target[:40]}")
        heard = heard_in(found[0])
        if heard is None:
            raise Refused(f"no seat talks in call {found[0].id}")
        return heard
