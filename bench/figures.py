"""What a benchmark measured."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value."""

    name: str
    value: float
    unit: str
    compared_with: str | None = None
    """What `ratio` relates the value to; both were measured in the same run."""
    ratio: float | None = None
    """How many times better than `compared_with`: above 1 is better."""

    def __str__(self) -> str:
        text = f"{self.name}: {self.value:,.0f} {self.unit}"
        if self.ratio is not None:
            text += f" ({self.ratio:.1f} times {self.compared_with})"
        return text
