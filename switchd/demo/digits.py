"""Figures three lines high, and columns that rise and fall, in characters."""

from __future__ import annotations

from collections.abc import Sequence

_DIGITS = {
    "0": ("┏━┓", "┃ ┃", "┗━┛"),
    "1": ("╺┓ ", " ┃ ", "╺┻╸"),
    "2": ("╺━┓", "┏━┛", "┗━╸"),
    "3": ("╺━┓", "╺━┫", "╺━┛"),
    "4": ("╻ ╻", "┗━┫", "  ╹"),
    "5": ("┏━╸", "┗━┓", "╺━┛"),
    "6": ("┏━╸", "┣━┓", "┗━┛"),
    "7": ("╺━┓", "  ┃", "  ╹"),
    "8": ("┏━┓", "┣━┫", "┗━┛"),
    "9": ("┏━┓", "┗━┫", "╺━┛"),
    "-": ("   ", "╺━╸", "   "),
}
_EIGHTHS = " ▁▂▃▄▅▆▇█"


def big(text: str) -> str:
    """Draw digits three lines high; anything else stands small on the last line."""
    columns = [_DIGITS.get(sign, (" ", " ", sign)) for sign in text]
    return "\n".join(" ".join(column[row] for column in columns) for row in range(3))


def columns(values: Sequence[int], rows: int) -> list[str]:
    """Draw one column for each value, `rows` lines high, the highest value to the top."""
    top = max([*values, rows])
    eighths = [round(value / top * rows * 8) for value in values]
    return [
        "".join(_EIGHTHS[min(8, max(0, height - 8 * row))] for height in eighths)
        for row in reversed(range(rows))
    ]
