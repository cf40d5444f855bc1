"""A picture of the wallboard, for a page.

Every word gets its own place and width, so that Chinese and frames line up in any font.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

from rich.cells import cell_len
from rich.color import Color
from rich.console import Console, RenderableType
from rich.segment import Segment
from rich.style import Style
from rich.terminal_theme import SVG_EXPORT_THEME as THEME

SIZE = (120, 40)
"""Columns and lines."""
_WIDE, _HIGH = 9.0, 18.0
"""Of one cell, in pixels."""
_MARGIN = 16.0
_RUN = re.compile(r"[!-\u2fff]+|[^!-\u2fff\s]+")
"""Characters of one width without a space: frames and Latin letters, or Chinese."""
_FONTS = "Menlo, Consolas, 'DejaVu Sans Mono', 'Noto Sans Mono CJK SC', monospace"


def save_picture(board: RenderableType, path: Path) -> None:
    """Write what fits into SIZE to an SVG file that loads nothing from elsewhere.

    Raises OSError.
    """
    columns, rows = SIZE
    console = Console(
        width=columns,
        height=rows,
        file=io.StringIO(),
        force_terminal=True,
        color_system="truecolor",
    )
    width, height = columns * _WIDE + 2 * _MARGIN, rows * _HIGH + 2 * _MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}">',
        f'<rect width="{width:g}" height="{height:g}" rx="8" fill="{THEME.background_color.hex}"/>',
        f'<g font-family="{_FONTS}" font-size="15">',
    ]
    for row, line in enumerate(console.render_lines(board, pad=False)[:rows]):
        parts += _line(line, _MARGIN + row * _HIGH)
    parts += ["</g>", "</svg>", ""]
    path.write_text("\n".join(parts), encoding="utf-8")


def _line(segments: list[Segment], top: float) -> Iterator[str]:
    left = _MARGIN
    for text, style, _ in segments:
        style = style or Style.null()
        width = cell_len(text) * _WIDE
        if style.bgcolor is not None and not style.bgcolor.is_default:
            yield (
                f'<rect x="{left:g}" y="{top:g}" width="{width:g}" height="{_HIGH:g}" '
                f'fill="{_hex(style.bgcolor)}"/>'
            )
        weight = ' font-weight="bold"' if style.bold else ""
        opacity = ' opacity="0.6"' if style.dim else ""
        for match in _RUN.finditer(text):
            run = match[0]
            x = left + cell_len(text[: match.start()]) * _WIDE
            yield (
                f'<text x="{x:g}" y="{top + 0.75 * _HIGH:g}" '
                f'textLength="{cell_len(run) * _WIDE:g}" lengthAdjust="spacingAndGlyphs" '
                f'fill="{_hex(style.color)}"{weight}{opacity}>{escape(run)}</text>'
            )
        left += width


def _hex(color: Color | None) -> str:
    if color is None or color.is_default:
        return THEME.foreground_color.hex
    return color.get_truecolor(THEME).hex
