"""The months of every number: as letters for a terminal, and as SVG."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from html import escape
from itertools import pairwise

from routing.lines import Phase
from routing.plan import Plan
from routing.timeline import Life, Span, lives, month_after, phase_on

MARKS = {Phase.IN_SERVICE: "█", Phase.REMINDING: "▒", Phase.GONE: "·"}
WORDS = {
    Phase.IN_SERVICE: "in service",
    Phase.REMINDING: "change announcement",
    Phase.GONE: "number changed",
}
_COLOURS = {Phase.IN_SERVICE: "#3b7dd8", Phase.REMINDING: "#e8a33d", Phase.GONE: "#d9d9d9"}
_LEFT, _TOP, _ROW, _MONTH = 260, 46, 22, 28


def marks(life: Life, first: date, cells: int, months: int) -> str:
    """Give one letter for each cell of so many months, from the month of `first` on.

    A change announcement anywhere in a cell shows; otherwise its last day counts.
    """
    begins = [month_after(first, cell * months) for cell in range(cells + 1)]
    return "".join(MARKS[_in_cell(life, begin, end)] for begin, end in pairwise(begins))


def _in_cell(life: Life, begin: date, end: date) -> Phase:
    for span in life.spans:
        if span.phase is Phase.REMINDING and _overlaps(span, begin, end):
            return Phase.REMINDING
    return phase_on(life, date.fromordinal(end.toordinal() - 1))


def _overlaps(span: Span, begin: date, end: date) -> bool:
    return (span.first is None or span.first < end) and (span.last is None or span.last >= begin)


def count_months(first: date, last: date) -> int:
    """How many months there are from the month of `first` to that of `last`, both included."""
    return (last.year - first.year) * 12 + last.month - first.month + 1


def svg(plan: Plan, first: date, last: date, today: date) -> str:
    """Draw every line of the plan from the month of `first` to that of `last`."""
    begin, end = month_after(first, 0), month_after(last, 1)
    width = _LEFT + count_months(first, last) * _MONTH + 20
    rows = lives(plan)
    height = _TOP + len(rows) * _ROW + 40
    scale = (width - 20 - _LEFT) / (end - begin).days
    body = [
        *_grid(begin, end, scale, len(rows)),
        *(part for row, life in enumerate(rows) for part in _row(life, row, begin, end, scale)),
        *_today(begin, end, today, scale, len(rows)),
        *_legend(height),
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            'font-family="sans-serif" font-size="12">',
            f"<title>{escape(plan.title)}</title>",
            f'<rect width="{width}" height="{height}" fill="white"/>',
            *body,
            "</svg>\n",
        ]
    )


def _grid(begin: date, end: date, scale: float, rows: int) -> Iterator[str]:
    """A line for each month, with its number above, and the year at each January."""
    month = begin
    while month < end:
        x = _LEFT + (month - begin).days * scale
        yield (
            f'<line x1="{x:.1f}" y1="{_TOP - 6}" x2="{x:.1f}" y2="{_TOP + rows * _ROW}" '
            'stroke="#eeeeee"/>'
        )
        yield f'<text x="{x + 3:.1f}" y="{_TOP - 10}" fill="#777777">{month.month}</text>'
        if month.month == 1 or month == begin:
            yield f'<text x="{x + 3:.1f}" y="{_TOP - 28}" font-weight="bold">{month.year}</text>'
        month = month_after(month, 1)


def _row(life: Life, row: int, begin: date, end: date, scale: float) -> Iterator[str]:
    """One line's name and its spans, each with its days as a tooltip."""
    top = _TOP + row * _ROW
    label = escape(f"{life.line.name}  {life.line.title}")
    yield f'<text x="10" y="{top + 15}">{label}</text>'
    for span in life.spans:
        if not _overlaps(span, begin, end):
            continue
        since = max(begin, span.first or begin)
        until = min(end, date.fromordinal(span.last.toordinal() + 1)) if span.last else end
        days = f"{WORDS[span.phase]}: {span.first or '…'} to {span.last or '…'}"
        yield (
            f'<rect x="{_LEFT + (since - begin).days * scale:.1f}" y="{top + 3}" '
            f'width="{(until - since).days * scale:.1f}" height="{_ROW - 6}" '
            f'fill="{_COLOURS[span.phase]}"><title>{days}</title></rect>'
        )


def _today(begin: date, end: date, today: date, scale: float, rows: int) -> Iterator[str]:
    if begin <= today < end:
        x = _LEFT + (today - begin).days * scale
        yield (
            f'<line x1="{x:.1f}" y1="{_TOP - 6}" x2="{x:.1f}" y2="{_TOP + rows * _ROW}" '
            f'stroke="#c0392b"><title>{today}</title></line>'
        )


def _legend(height: int) -> Iterator[str]:
    for place, phase in enumerate(MARKS):
        x = _LEFT + place * 170
        yield f'<rect x="{x}" y="{height - 26}" width="14" height="14" fill="{_COLOURS[phase]}"/>'
        yield f'<text x="{x + 20}" y="{height - 14}">{WORDS[phase]}</text>'
