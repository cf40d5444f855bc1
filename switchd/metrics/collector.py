"""Turns readings into Prometheus' families when they are scraped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from switchd.metrics.readings import Readings


class HotlineCollector(Collector):
    """Reads the hotline once for each scrape."""

    def __init__(self, readings: Readings) -> None:
        self._readings = readings

    def collect(self) -> Iterable[Metric]:
        """Every family."""
        now = self._readings.read()
        yield _gauge("switchd_owner", "1 if this daemon owns its FreeSWITCH.", now.owner)
        yield _gauge("switchd_standbys", "Daemons that stand by.", now.standbys)
        yield _gauge("switchd_link_up", "1 if FreeSWITCH can be heard.", now.link_up)
        yield _gauge("switchd_queue_up", "1 if Redis answers.", now.queue_reached)
        yield _gauge(
            "switchd_without_queue",
            "1 if FreeSWITCH serves who waits, since Redis stays away.",
            now.without_queue,
        )
        yield CounterMetricFamily(
            "switchd_handed_over",
            "Callers left to FreeSWITCH since Redis stayed away.",
            value=now.handed_over,
        )
        yield _gauge("switchd_draining", "1 if no new callers are taken.", now.draining)
        yield _gauge("switchd_spool_records", "Records that are not in SQL yet.", now.spool)
        yield _by("switchd_calls", "Calls in progress.", "state", now.calls)
        yield _by("switchd_seats", "The city's seats.", "state", now.seats)
        waiting = {name: group.waiting for name, group in now.groups.items()}
        longest = {name: group.longest_wait for name, group in now.groups.items()}
        yield _by("switchd_waiting", "Callers who wait.", "group", waiting)
        yield _by("switchd_longest_wait_seconds", "Of those who wait.", "group", longest)
        yield _counts("switchd_refused", "Callers who were refused.", "rule", now.refused)
        yield _counts("switchd_link", "What the event socket has counted.", "what", now.link)
        yield _gauge(
            "switchd_events_waiting", "Events of FreeSWITCH not handled yet.", now.events_waiting
        )
        yield _gauge("switchd_commands_unanswered", "Commands without a reply yet.", now.unanswered)
        yield _counts(
            "switchd_records_unkept", "Records that did not get to SQL.", "why", now.unkept
        )
        yield CounterMetricFamily(
            "switchd_unexpected_events",
            "Events for which the call flow has no row.",
            value=now.unexpected,
        )


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=float(value))


def _by(name: str, text: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=[label])
    for key, value in sorted(values.items()):
        family.add_metric([key], float(value))
    return family


def _counts(name: str, text: str, label: str, values: Mapping[str, int]) -> Metric:
    family = CounterMetricFamily(name, text, labels=[label])
    for key, value in sorted(values.items()):
        family.add_metric([key], float(value))
    return family
