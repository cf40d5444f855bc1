"""Callers' numbers that no other test uses."""

from __future__ import annotations

from itertools import count

_NUMBERS = count(13700000000)


def new_mobile() -> str:
    """Give the next one."""
    return str(next(_NUMBERS))
