"""What is measured as it happens. One registry for each daemon, so that tests may have several."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from routing.record import CallRecord
from switchd.metrics.tally import Tallies

_FAST: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_WAITS: Final = (5.0, 10.0, 15.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0)
"""The 15-second rate has a bound of its own."""
_TALKS: Final = (15.0, 30.0, 60.0, 120.0, 180.0, 300.0, 600.0, 1200.0, 3600.0)
_NOT_RECORDED: Final = frozenset({"recording.failed", "recording.cut"})
SEAT: Final = "seat"
"""Role of a seat's leg in a record."""


class Instruments:
    """Counters and histograms; every method is one thing that happened. Times are seconds."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self._commands = Tallies(
            "switchd_command_seconds",
            "From a command to FreeSWITCH until its reply.",
            _FAST,
            "command",
        )
        self._failed = Counter(
            "switchd_commands_failed",
            "Commands that FreeSWITCH did not answer in time, or could not be told.",
            ["command"],
            registry=registry,
        )
        events = Tallies(
            "switchd_event_lag_seconds",
            "From an event in FreeSWITCH until it is handled here.",
            _FAST,
        )
        self._events = events.part()
        for tallies in (self._commands, events):
            registry.register(tallies)
        self._loop = Gauge(
            "switchd_loop_lag_seconds",
            "How late the daemon's own loop was in the last second.",
            registry=registry,
        )
        self._stalls = Counter(
            "switchd_loop_stalled_seconds",
            "Time in which the daemon's loop stood still for half a second or longer.",
            registry=registry,
        )
        self._leases = Counter(
            "switchd_lease_changes", "Changes of ownership.", ["to"], registry=registry
        )
        self._compared = Histogram(
            "switchd_reconcile_seconds",
            "Comparisons of FreeSWITCH with what the daemon knows.",
            buckets=_FAST,
            registry=registry,
        )
        self._found = Counter(
            "switchd_reconciled",
            "What comparisons found and did.",
            ["result"],
            registry=registry,
        )
        self._calls = Counter(
            "switchd_calls_ended", "Calls that ended.", ["line", "outcome"], registry=registry
        )
        self._recordings = Counter(
            "switchd_recordings_failed",
            "Talks that were not recorded, or not to their end.",
            registry=registry,
        )
        self._offers = Counter(
            "switchd_offers", "Seats' phones that were rung.", ["result"], registry=registry
        )
        self._waits = Histogram(
            "switchd_wait_seconds",
            "From entering the queue to a seat's answer.",
            ["line"],
            buckets=_WAITS,
            registry=registry,
        )
        self._talks = Histogram(
            "switchd_talk_seconds", "Length of talks.", ["line"], buckets=_TALKS, registry=registry
        )

    def command(self, name: str, seconds: float, answered: bool) -> None:
        """FreeSWITCH has answered a command, or has not."""
        if answered:
            self._commands.part(name).observe(seconds)
        else:
            self._failed.labels(name).inc()

    def event(self, lag: float) -> None:
        """An event is about to be handled."""
        self._events.observe(max(0.0, lag))

    def loop(self, lag: float) -> None:
        """The loop was so late."""
        self._loop.set(lag)

    def stalled(self, late: float) -> None:
        """The loop has stood still for so long: the moment's lag may be over at a scrape."""
        self._stalls.inc(late)

    def lease(self, to: str) -> None:
        """`owner`, `standby`, `late` or `lost`."""
        self._leases.labels(to).inc()

    def compared(self, seconds: float, found: Mapping[str, int]) -> None:
        """A comparison with FreeSWITCH has succeeded; `found` counts what was done."""
        self._compared.observe(seconds)
        for result, count in found.items():
            self._found.labels(result).inc(count)

    def ended(self, record: CallRecord) -> None:
        """A call has ended."""
        line = record.line_meant or record.line_dialled or "unknown"
        self._calls.labels(line, str(record.outcome)).inc()
        if any(step.what in _NOT_RECORDED for step in record.trace):
            self._recordings.inc()
        for leg in record.legs:
            if leg.role == SEAT:
                self._offers.labels("answered" if leg.answered_at else leg.cause or "none").inc()
        if record.queued_at is not None and record.answered_at is not None:
            self._waits.labels(line).observe(max(0.0, record.answered_at - record.queued_at))
        if record.talk_ended_at is not None and record.answered_at is not None:
            self._talks.labels(line).observe(max(0.0, record.talk_ended_at - record.answered_at))
