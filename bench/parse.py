"""Events parsed a second, ours against greenswitch's `ESLEvent`, on recorded traffic.

Ours does the whole way from bytes to typed event (`WireReader`, then `parse_event`) on the json
form; greenswitch is only given the body of the plain form of the same events, without its reader.
Of each event both read what the daemon reads of every one, its kind and its place in the order,
and of a leg's event the leg and two more headers. The second figure has ours parse every header,
read or not. All take turns, and the quickest pass of each counts: whatever else the machine does
only makes a pass slower.
"""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

from greenswitch.esl import ESLEvent

from bench.figures import Figure
from switchd.esl.events import ChannelEvent, parse_event
from switchd.esl.wire import Frame, WireReader

TRACES = Path(__file__).resolve().parent.parent / "tests" / "wire" / "traces"
READ_OF_LEGS = ("Answer-State", "Channel-Name")
CHUNK = 64 * 1024
"""Bytes that a busy socket gives at once."""
NOT_ENCODED = "!$'()*,-./_~"
"""What FreeSWITCH leaves as it is in `event plain` (switch_url_encode)."""


def run(*, quick: bool = False) -> list[Figure]:
    """Measure for about 5 seconds, or a third of a second if `quick`."""
    stream, events = recorded()
    plain = [plain_form(event) for event in events]
    rounds, seconds = (2, 0.04) if quick else (16, 0.08)

    lazy = full = theirs = wire = 0.0
    for _ in range(rounds):
        lazy = max(lazy, _rate(lambda: _ours(stream), len(events), seconds))
        full = max(full, _rate(lambda: _ours_whole(stream), len(events), seconds))
        theirs = max(theirs, _rate(lambda: _greenswitch(plain), len(events), seconds))
        wire = max(wire, _rate(lambda: deque(_frames(stream), 0), len(events), seconds))
    rival = "greenswitch ESLEvent"
    return [
        Figure("events parsed", lazy, "events/s", rival, lazy / theirs),
        Figure("events parsed, every header", full, "events/s", rival, full / theirs),
        Figure("events parsed by greenswitch", theirs, "events/s"),
        Figure("frames cut from the stream", wire, "frames/s"),
        Figure("mean event", len(stream) / len(events), "bytes"),
    ]


def recorded() -> tuple[bytes, list[dict[str, str | list[str]]]]:
    """Return the recorded json events as one stream, and their headers."""
    stream = bytearray()
    events = []
    for path in sorted(TRACES.glob("*-json.jsonl")):
        for line in path.read_text(encoding="utf-8").strip().split("\n"):
            frame = json.loads(line)
            head, _, body = frame["data"].partition("\n\n")
            if frame["dir"] == "<" and "text/event-json" in head:
                stream += frame["data"].encode()
                events.append(json.loads(body))
    return bytes(stream), events


def plain_form(headers: dict[str, str | list[str]]) -> str:
    """Return the body that FreeSWITCH would have sent for `event plain`."""
    lines = []
    for name, value in headers.items():
        if name != "_body":
            text = value if isinstance(value, str) else "ARRAY::" + "|:".join(value)
            lines.append(f"{name}: {quote(text, safe=NOT_ENCODED)}\n")
    return "".join(lines) + "\n" + str(headers.get("_body", ""))


def _frames(stream: bytes) -> Iterator[Frame]:
    reader = WireReader()
    for start in range(0, len(stream), CHUNK):
        reader.feed(stream[start : start + CHUNK])
        yield from reader.frames()


def _ours(stream: bytes) -> None:
    for frame in _frames(stream):
        event = parse_event(frame.body)
        _ = (event.name, event.sequence)
        if isinstance(event, ChannelEvent):
            _ = (event.uuid, *map(event.get, READ_OF_LEGS))


def _ours_whole(stream: bytes) -> None:
    for frame in _frames(stream):
        _ = parse_event(frame.body).headers


def _greenswitch(bodies: list[str]) -> None:
    for body in bodies:
        headers = ESLEvent(body).headers
        _ = (headers["Event-Name"], int(headers["Event-Sequence"]))
        if "Unique-ID" in headers:
            _ = (headers["Unique-ID"], *map(headers.get, READ_OF_LEGS))


def _rate(work: Callable[[], object], amount: int, seconds: float) -> float:
    """Repeat `work` for about `seconds`; return how much a second the quickest pass did."""
    quickest = float("inf")
    end = time.perf_counter() + seconds
    while (began := time.perf_counter()) < end:
        work()
        quickest = min(quickest, time.perf_counter() - began)
    return amount / quickest


if __name__ == "__main__":
    for figure in run():
        print(figure)
