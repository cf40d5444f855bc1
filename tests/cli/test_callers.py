"""How long somebody is blocked, as it is written on the command line."""

from __future__ import annotations

import pytest
import typer

from switchd.cli.callers import duration


class TestDuration:
    @pytest.mark.parametrize(
        ("text", "seconds"),
        [("90s", 90), ("30m", 1800), ("24h", 86400), ("7d", 604800), ("ever", None)],
    )
    def test_a_number_and_a_unit(self, text: str, seconds: float | None) -> None:
        assert duration(text) == seconds

    @pytest.mark.parametrize("text", ["", "0h", "24", "h", "-1h", "1.5h", "24h ", "9999999d", "٣h"])
    def test_anything_else_is_refused(self, text: str) -> None:
        with pytest.raises(typer.BadParameter, match=r"write 30m, 24h, 7d or ever"):
            duration(text)
