"""The daemon's numbers for `metrics`: what is read at a scrape, and what is told as it happens."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING

import structlog

from switchd.esl.events import Event
from switchd.metrics.collector import HotlineCollector
from switchd.metrics.instruments import Instruments
from switchd.metrics.readings import Group, Reading
from switchd.metrics.server import MetricsServer
from switchd.pulse import Pulse
from switchd.queues.facts import QueueUnavailable

if TYPE_CHECKING:  # the parts hold the observer
    from switchd.parts import Parts


log = structlog.get_logger(__name__)


class RunningReadings:
    """Implements `metrics.readings.Readings` with the parts of a running daemon."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def read(self) -> Reading:
        """Look now."""
        parts = self._parts
        now = parts.clock.now()
        seats: Counter[str] = Counter()
        groups: dict[str, Group] = {}
        standbys, reached = 0, True
        try:
            parts.queueless.ask()
            snapshot = parts.waitlist.snapshot(now, first=0)
            standbys = len(parts.membership.nodes.standbys(now))
        except QueueUnavailable:
            reached = False
        else:
            seats.update(str(seat.state) for seat in snapshot.seats.values())
            for name in parts.plan.groups:
                view = snapshot.groups.get(name)
                groups[name] = (
                    Group(0, 0.0) if view is None else Group(view.waiting, view.longest_wait)
                )
        return Reading(
            owner=parts.guard.holds(),
            standbys=standbys,
            link_up=parts.link.connected,
            draining=parts.draining,
            calls=Counter(str(call.state) for call in parts.desk.calls()),
            seats=seats,
            groups=groups,
            queue_reached=reached,
            without_queue=parts.queueless.since is not None,
            handed_over=parts.queueless.handed_over,
            spool=parts.spool.waiting,
            refused={str(rule): n for rule, n in parts.desk.reception.view().refused.items()},
            link=asdict(parts.link.counters),
            events_waiting=parts.link.waiting_events,
            unanswered=parts.link.unanswered,
            unkept={"refused": parts.spool.refused, "set_aside": parts.spool.set_aside},
            unexpected=parts.desk.unexpected.total(),
        )


class Observer:
    """The instruments of one daemon, and the server that shows them if the city wants one."""

    def __init__(self, listen: tuple[str, int] | None) -> None:
        """`listen` is host and port, None for no server."""
        self.instruments = Instruments()
        self.pulse = Pulse(heard=self.instruments.loop, stalled=self.instruments.stalled)
        self._listen = listen
        self._server: MetricsServer | None = None

    def assemble(self, parts: Parts) -> None:
        """Look at these parts from now on."""
        instruments = self.instruments
        instruments.registry.register(HotlineCollector(RunningReadings(parts)))
        parts.desk.closed.append(instruments.ended)
        parts.link.on_answered = instruments.command
        parts.link.on_handling = lambda event: self._event(event, parts)

    def start(self) -> None:
        """Serve; a hotline whose figures cannot be shown goes on without."""
        if self._listen is None:
            return
        server = MetricsServer(*self._listen, self.instruments.registry)
        try:
            server.start()
        except OSError as error:
            log.error("no metrics", listen=":".join(map(str, self._listen)), why=str(error))
        else:
            self._server = server

    def stop(self) -> None:
        """Serve no more."""
        if self._server is not None:
            self._server.stop()

    def _event(self, event: Event, parts: Parts) -> None:
        if event.at:
            self.instruments.event(parts.clock.now() - event.at)
