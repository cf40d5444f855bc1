"""The parsing benchmark compares like with like."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import unquote

from greenswitch.esl import ESLEvent

from bench.parse import TRACES, plain_form, recorded, run


def recorded_plain_bodies(path: Path) -> list[str]:
    """Return the bodies of the plain events in a recording."""
    frames = [
        json.loads(line)["data"] for line in path.read_text(encoding="utf-8").split("\n")[:-1]
    ]
    return [frame.partition("\n\n")[2] for frame in frames]


def test_the_plain_form_is_what_freeswitch_writes() -> None:
    for body in recorded_plain_bodies(TRACES / "hostile-names-plain.jsonl"):
        pairs = [line.split(": ", 1) for line in body.strip("\n").split("\n")]
        assert plain_form({name: unquote(value) for name, value in pairs}) == body


def test_both_sides_read_the_same_events() -> None:
    _, events = recorded()
    assert len(events) > 30
    for event in events:
        assert ESLEvent(plain_form(event)).headers["Event-Sequence"] == event["Event-Sequence"]


def test_a_figure_is_compared_with_greenswitch_in_the_same_run() -> None:
    figures = {figure.name: figure for figure in run(quick=True)}
    parsed, theirs = figures["events parsed"], figures["events parsed by greenswitch"]
    assert parsed.unit == "events/s"
    assert parsed.ratio == parsed.value / theirs.value
    assert "times greenswitch ESLEvent" in str(parsed)
