"""Files of people to be asked."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import typer

from switchd.cli.follow_ups import read_rows

ZONE = ZoneInfo("Asia/Shanghai")
HEADING = "number,reference,subject,not_before\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "people.csv"


class TestAFile:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
    def test_is_read_as_spreadsheets_write_it(self, file: Path, encoding: str) -> None:
        text = HEADING + "13937512345,GD-1,路灯不亮,2026/11/23 09:00\n"
        file.write_text(text, encoding=encoding)
        ((line, wish),) = read_rows(file, ZONE)
        assert line == 2
        assert wish == {
            "number": "13937512345",
            "reference": "GD-1",
            "subject": "路灯不亮",
            "not_before": 1795395600.0,
        }

    def test_may_have_empty_rows_and_values(self, file: Path) -> None:
        file.write_text(HEADING + "13937512345,,,\n,,,\n\n13800138000\n")
        assert [(line, wish) for line, wish in read_rows(file, ZONE)] == [
            (2, {"number": "13937512345"}),
            (5, {"number": "13800138000"}),
        ]

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("phone\n1\n", "1: there is no column phone"),
            ("reference\nGD-1\n", "1: a column `number` is missing"),
            (HEADING + "1,2,3,tomorrow\n", "2: not_before 'tomorrow' is no moment"),
            (HEADING + "1,2,3,2026-11-23 09:00,5\n", "2: there are more values than columns"),
            ("number,priority\n1,high\n", "2: priority 'high' is no whole number"),
        ],
    )
    def test_that_is_wrong_is_refused_with_its_line(self, file: Path, text: str, why: str) -> None:
        file.write_text(text)
        with pytest.raises(typer.BadParameter, match=why):
            list(read_rows(file, ZONE))

    def test_that_is_no_text_is_refused(self, file: Path) -> None:
        file.write_bytes(b"\xff\xff\xff")
        with pytest.raises(typer.BadParameter, match="neither UTF-8 nor GB 18030"):
            list(read_rows(file, ZONE))
