"""Numbers → skill groups → seats, as SVG: four columns that are read from left to right.

Retired numbers lead to the line that takes their callers over, lines to the group that they wait
for (dashed: later), groups to the seats that serve them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from routing.lines import Line, LineKind
from routing.plan import Plan
from switchd.drawing.graph import blocks, later_groups

_WIDTHS = (300, 310, 200, 170)
_GAP, _TOP, _ROW, _BOX, _EDGE = 100, 64, 40, 32, 20
_HEADINGS = ("merged numbers", "lines", "skill groups", "seats")
_LETTER, _WIDE_LETTER = 6.7, 12.2
"""How wide a letter of the text is, narrow and Chinese."""
_BOLD = 1.15
_COLOURS = {
    LineKind.HOTLINE: "#c0392b",
    LineKind.PARALLEL: "#3b7dd8",
    LineKind.RETIRED: "#e8a33d",
    LineKind.REMOTE: "#2e8b57",
    LineKind.SUB_CENTRE: "#7d4fb3",
    LineKind.EXPERT: "#16868f",
    LineKind.DEFERRED: "#8a8a8a",
}
_GROUP, _SEATS, _ALONE = "#44546a", "#6b7f99", "#c9c9c9"
_FONT = "'Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif"


@dataclass(frozen=True, slots=True)
class _Box:
    """One thing in the picture; `column` from the left."""

    key: str
    column: int
    name: str
    title: str
    colour: str
    hint: str = ""
    note: str = ""
    """At the right end: since when, or after how long."""


@dataclass(frozen=True, slots=True)
class _Edge:
    source: str
    target: str
    colour: str
    dashed: bool = False


def svg(plan: Plan) -> str:
    """Draw the plan."""
    boxes = list(_boxes(plan))
    columns = [[box for box in boxes if box.column == column] for column in range(4)]
    places = _places(columns)
    edges = [edge for edge in _edges(plan) if edge.source in places and edge.target in places]
    # Without merged numbers the picture begins with the lines.
    begin = 0 if columns[0] else _left(1) - _EDGE
    width = 2 * _EDGE + sum(_WIDTHS) + 3 * _GAP - begin
    height = _TOP + max(map(len, columns)) * _ROW + 46
    body = [
        *(_heading(column) for column, held in enumerate(columns) if held),
        *(part for edge in edges for part in _line(edge, places)),
        *(part for box in boxes for part in _drawn(box, places[box.key][1])),
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'font-family="{_FONT}" font-size="12">',
            f"<title>{escape(plan.title)}</title>",
            f'<rect width="{width}" height="{height}" fill="white"/>',
            f'<text x="{_EDGE}" y="24" font-size="16" font-weight="bold">',
            f"{escape(plan.title)}</text>",
            f'<g transform="translate({-begin} 0)">',
            *body,
            "</g>",
            *_legend(plan, height),
            "</svg>\n",
        ]
    )


def _boxes(plan: Plan) -> Iterator[_Box]:
    for line in plan.lines.values():
        merged = _is_merged(line)
        colour, note = _COLOURS[line.kind], _waits(line, plan)
        hint = f"{line.name} {line.title}: {line.kind.value}"
        if line.retirement is not None:
            days = f"{line.retirement.merged_on} to {line.retirement.last_day}"
            hint += f", change announcement {days}"
            note = str(line.retirement.merged_on) if merged else note
        key, column = f"n{line.name}", 0 if merged else 1
        yield _Box(key, column, line.name, _said(line), colour, hint, note)
    for name, group in plan.groups.items():
        hint = f"skill group {name}, needs {group.need}"
        yield _Box(f"g{name}", 2, group.title, name, _GROUP, hint)
    for number, (seats, served) in enumerate(blocks(plan)):
        yield _Box(f"s{number}", 3, seats, "", _SEATS, f"{seats}: {', '.join(served)}")


def _is_merged(line: Line) -> bool:
    return line.kind is LineKind.RETIRED and line.retirement is not None


def _said(line: Line) -> str:
    """The title, and where else callers or seats reach the line's people."""
    if line.dial_instead:
        return f"{line.title} → dial {line.dial_instead}"
    forward = line.forward or line.transfer_to
    if forward is None:
        return line.title
    return f"{line.title} {'→' if line.forward else '⇢'} {forward.number}"


def _waits(line: Line, plan: Plan) -> str:
    """When further groups serve the line's callers, in short."""
    when = (words.removeprefix("after ") for _, words in later_groups(line, plan))
    return ", ".join(dict.fromkeys(when))


def _edges(plan: Plan) -> Iterator[_Edge]:
    for line in plan.lines.values():
        colour, source = _COLOURS[line.kind], f"n{line.name}"
        if _is_merged(line) and line.retirement is not None:
            redial = not line.retirement.connects
            yield _Edge(source, f"n{line.retirement.into}", colour, redial)
        elif not line.dial_instead:
            yield _Edge(source, f"g{line.group}", colour)
            for group, _ in later_groups(line, plan):
                yield _Edge(source, f"g{group}", colour, dashed=True)
    for number, (_, served) in enumerate(blocks(plan)):
        for group in served:
            yield _Edge(f"g{group}", f"s{number}", _SEATS)


def _places(columns: Sequence[Sequence[_Box]]) -> dict[str, tuple[int, float]]:
    """Left edge and middle of each box; shorter columns stand in the middle of the longest."""
    tallest = max(map(len, columns))
    places = {}
    for column, held in enumerate(columns):
        first = _TOP + (tallest - len(held)) * _ROW / 2 + _ROW / 2
        for row, box in enumerate(held):
            places[box.key] = (_left(column), first + row * _ROW)
    return places


def _left(column: int) -> int:
    return _EDGE + sum(_WIDTHS[:column]) + column * _GAP


_COLUMNS = [_left(column) for column in range(len(_WIDTHS))]


def _heading(column: int) -> str:
    return f'<text x="{_left(column)}" y="{_TOP - 12}" fill="#777777">{_HEADINGS[column]}</text>'


def _line(edge: _Edge, places: dict[str, tuple[int, float]]) -> Iterator[str]:
    """A curve from the right edge of one box to the left edge of another."""
    (left, y1), (x2, y2) = places[edge.source], places[edge.target]
    x1 = left + _WIDTHS[_COLUMNS.index(left)]
    middle = (x1 + x2) / 2
    dashed = ' stroke-dasharray="4 4"' if edge.dashed else ""
    yield (
        f'<path d="M{x1} {y1:.0f}C{middle:.0f} {y1:.0f} {middle:.0f} {y2:.0f} {x2} {y2:.0f}" '
        f'fill="none" stroke="{edge.colour}" stroke-opacity="0.55" stroke-width="1.4"{dashed}/>'
    )


def _drawn(box: _Box, middle: float) -> Iterator[str]:
    left, width = _left(box.column), _WIDTHS[box.column]
    top = middle - _BOX / 2
    yield (
        f'<g><title>{escape(box.hint)}</title><rect x="{left}" y="{top:.0f}" width="{width}" '
        f'height="{_BOX}" rx="6" fill="white" stroke="{box.colour}" stroke-width="1.4"/>'
        f'<rect x="{left}" y="{top:.0f}" width="6" height="{_BOX}" rx="3" fill="{box.colour}"/>'
    )
    base = f"{middle + 4:.0f}"
    used = _length(box.name) * _BOLD + 24
    noted = _length(box.note) + 12 if box.note else 0.0
    title = _fitted(box.title, width - used - noted - 8)
    yield f'<text x="{left + 14}" y="{base}" font-weight="bold">{escape(box.name)}</text>'
    yield f'<text x="{left + used:.0f}" y="{base}" fill="#555555">{escape(title)}</text>'
    if box.note:
        yield (
            f'<text x="{left + width - 10}" y="{base}" text-anchor="end" font-size="11" '
            f'fill="{box.colour}">{escape(box.note)}</text>'
        )
    yield "</g>"


def _length(text: str) -> float:
    """How wide the text is, about."""
    return sum(_WIDE_LETTER if _is_wide(letter) else _LETTER for letter in text)


def _is_wide(letter: str) -> bool:
    return unicodedata.east_asian_width(letter) in "WF"


def _fitted(text: str, width: float) -> str:
    """The text, or its beginning and an ellipsis if it is wider than that."""
    if not text or _length(text) <= width:
        return text
    while text and _length(text) + _LETTER > width:
        text = text[:-1]
    return f"{text.rstrip()}…"


def _legend(plan: Plan, height: float) -> Iterator[str]:
    kinds = {line.kind for line in plan.lines.values()}
    x, y = float(_EDGE), height - 18
    for kind, colour in _COLOURS.items():
        if kind in kinds:
            yield f'<rect x="{x:.0f}" y="{y - 10:.0f}" width="12" height="12" fill="{colour}"/>'
            yield f'<text x="{x + 18:.0f}" y="{y:.0f}" fill="#555555">{kind.value}</text>'
            x += 18 + _length(kind.value) + 22
    words = "- - - after a wait, or told to redial"
    yield f'<text x="{x:.0f}" y="{y:.0f}" fill="#555555">{words}</text>'
