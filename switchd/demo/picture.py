"""A picture of the wallboard, for a page."""

from __future__ import annotations

import io
import re
from pathlib import Path

from rich.console import Console

from switchd.demo.board import Board

SIZE = (120, 40)
"""Columns and lines."""
_FROM_ELSEWHERE = re.compile(r"@font-face \{.*?\}\s*|<!--.*?-->\s*", re.DOTALL)


def save_picture(board: Board, path: Path) -> None:
    """Write the board as it is now to an SVG file that loads nothing from elsewhere.

    Raises OSError.
    """
    width, height = SIZE
    console = Console(
        record=True,
        width=width,
        height=height,
        file=io.StringIO(),
        force_terminal=True,
        color_system="truecolor",
        legacy_windows=False,
    )
    console.print(board.draw(width, height))
    svg = console.export_svg(title="switchd demo", unique_id="wallboard")
    path.write_text(_FROM_ELSEWHERE.sub("", svg), encoding="utf-8")
